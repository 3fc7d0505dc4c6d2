using System.CommandLine;
using System.Text;
using Sightglass.Cli.Client;
using Sightglass.Cli.Hosting;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Graphs;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass graph</c>: a pipeline, or an execution with the state it is in, as a graph.</summary>
internal static class GraphCommand
{
    public const string Examples = """
        sightglass graph hello.yaml | dot -Tsvg > hello.svg
        sightglass graph build --format mermaid
        sightglass graph last --format json               an execution, with the state of each stage
        """;

    public static Command Create()
    {
        var what = new Argument<string>("FILE|ID|EXECUTION") { Description = "A pipeline file, the id of a pipeline, or an execution ('last' or a part of its id)." };
        var format = new Option<string>("--format") { Description = "dot (default), mermaid or json.", HelpName = "FORMAT", DefaultValueFactory = _ => "dot" };
        format.AcceptOnlyFromAmong("dot", "mermaid", "json");
        var pipelines = CommonOptions.Pipelines();
        var command = new Command("graph", "Draw a pipeline or an execution as a graph.") { what, format, pipelines };
        command.SetAction(async parsed =>
        {
            var target = Target.Of(parsed);
            var drawn = target.Server is not null
                ? await OfServerAsync(parsed.GetRequiredValue(what), target.Without(parsed.GetValue(pipelines)), parsed.GetValue(format)!).ConfigureAwait(false)
                : await OfFolderAsync(parsed.GetRequiredValue(what), parsed.GetValue(pipelines), target, parsed.GetValue(format)!).ConfigureAwait(false);
            var output = StandardStreams.Open().Out;
            foreach (var line in drawn.AsSpan().TrimEnd().EnumerateLines()) output.WriteLine(Console.IsOutputRedirected ? line.ToString() : TerminalText.Clean(line.ToString()));
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<string> OfFolderAsync(string what, string? folder, Target target, string format)
    {
        try
        {
            return OfFile(new PipelineFiles(PipelineFiles.FolderOf(folder), secrets: null), what, format);
        }
        catch (CommandRefusedException refused) when (refused.ExitCode == ExitCodes.NotFound && !PipelineFiles.IsPipelineFile(what) && File.Exists(target.Data.Database))
        {
            await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
            return await OfExecutionAsync(session.Client, what, format).ConfigureAwait(false);
        }
    }

    private static async Task<string> OfServerAsync(string what, Target target, string format)
    {
        // A file is of this machine wherever the executions are.
        if (PipelineFiles.IsPipelineFile(what)) return OfFile(new PipelineFiles(null, secrets: null), what, format);
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        try
        {
            if (what != "last") return await TextAsync(session.Client, $"api/pipelines/{Uri.EscapeDataString(what)}/graph?format={format}").ConfigureAwait(false);
        }
        catch (CommandRefusedException refused) when (refused.ExitCode == ExitCodes.NotFound)
        {
            // No pipeline: then it is to be an execution.
        }

        return await OfExecutionAsync(session.Client, what, format).ConfigureAwait(false);
    }

    private static string OfFile(PipelineFiles files, string what, string format)
    {
        var read = files.Read(files.Locate(what));

        // A broken pipeline can be drawn too, as far as it goes.
        var graph = read.Definition is { } definition ? PipelineGraph.Build(definition) : throw ProblemOutput.Refuse(read.Problems);
        return format switch
        {
            "mermaid" => MermaidWriter.Write(graph, null),
            "json" => Encoding.UTF8.GetString(GraphJson.Write(graph, null)),
            _ => DotWriter.Write(graph, null),
        };
    }

    private static async Task<string> OfExecutionAsync(ApiClient client, string what, string format)
    {
        var id = await ExecutionFinder.FindAsync(client, what).ConfigureAwait(false);
        return await TextAsync(client, $"api/executions/{id}/graph?format={format}").ConfigureAwait(false);
    }

    private static async Task<string> TextAsync(ApiClient client, string path) =>
        Encoding.UTF8.GetString((await client.GetBytesAsync(path).ConfigureAwait(false)).Bytes);
}
