using System.CommandLine;
using System.Net.Http.Headers;
using Sightglass.Cli.Client;
using Sightglass.Cli.Hosting;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Definitions;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass push</c>: pipeline files put into the folder of a server.</summary>
internal static class PushCommand
{
    public const string Examples = """
        sightglass push hello.yaml --server https://ci.example.org --token-file ~/.ci-token
        sightglass push hello.yaml --replace              in place of the pipeline that has this id
        """;

    public static Command Create()
    {
        var paths = new Argument<string[]>("FILE") { Description = "Pipeline files.", Arity = ArgumentArity.OneOrMore };
        var replace = new Option<bool>("--replace") { Description = "Replace the pipelines that have these ids; without it only new ones are written." };
        var command = new Command("push", "Put pipeline files into the folder of a server, which checks them first. It takes the role author: a pipeline is code that runs there.") { paths, replace };
        command.SetAction(parsed => PushAsync(Target.Of(parsed), parsed.GetRequiredValue(paths), parsed.GetValue(replace)));
        return command;
    }

    private static async Task<int> PushAsync(Target target, string[] paths, bool replaces)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        if (!session.IsServed) throw new CommandRefusedException(ExitCodes.Unavailable, "No server runs here that could take a pipeline; start one with 'sightglass serve', or name one with --server.");
        var files = new PipelineFiles(null, secrets: null);
        foreach (var path in paths)
        {
            // Its id is all that is needed of it here: whether it can run there, the server says.
            var located = files.Locate(path);
            var read = DefinitionReader.Read(PipelineFolder.ReadBytes(located), PipelineFiles.Shown(located));
            var id = read.Definition?.Id ?? throw ProblemOutput.Refuse(read.Problems);
            using var body = new ByteArrayContent(PipelineFolder.ReadBytes(located));
            body.Headers.ContentType = new MediaTypeHeaderValue(located.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? "application/json" : "application/yaml");
            await session.Client.PutAsync($"api/pipelines/{Uri.EscapeDataString(id)}", body, isNew: !replaces).ConfigureAwait(false);
            StandardStreams.Open().Out.WriteLine(TerminalText.Clean($"{PipelineFiles.Shown(located)}: the server has it as '{id}'."));
        }

        return ExitCodes.Success;
    }
}
