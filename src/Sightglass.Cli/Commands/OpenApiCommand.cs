using System.CommandLine;
using Sightglass.Cli.Client;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Server;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass openapi</c>: the description of the HTTP API, from the routes themselves.</summary>
internal static class OpenApiCommand
{
    public const string Examples = """
        sightglass openapi > openapi.json                 the same as /openapi/v1.json of a server
        sightglass openapi --output docs/openapi.json     written only where it has changed
        sightglass openapi --server https://ci.example.org    what that server answers
        """;

    public static Command Create()
    {
        var output = new Option<string?>("--output", "-o") { Description = "A file to write in place of standard output; one that says the same already is left as it is.", HelpName = "FILE" };
        var command = new Command("openapi", "Print the description of the HTTP API (OpenAPI 3.1).") { output };
        command.SetAction(parsed => WriteAsync(Target.Of(parsed), parsed.GetValue(output)));
        return command;
    }

    private static async Task<int> WriteAsync(Target target, string? file)
    {
        var document = await (target.Server is null ? DescribeAsync() : AskAsync(target)).ConfigureAwait(false);
        if (file is null) StandardStreams.Open().Out.Write(System.Text.Encoding.UTF8.GetString(document));
        else if (!File.Exists(file) || !(await File.ReadAllBytesAsync(file).ConfigureAwait(false)).AsSpan().SequenceEqual(document)) await File.WriteAllBytesAsync(file, document).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static async Task<byte[]> AskAsync(Target target)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        return (await session.Client.GetBytesAsync("openapi/v1.json").ConfigureAwait(false)).Bytes;
    }

    // The routes are the same whatever runs behind them: nothing is started and nothing listens.
    private static async Task<byte[]> DescribeAsync()
    {
        await using var store = new InMemoryEventStore();
        await using var engine = new PipelineEngine(new PipelineEngineOptions { Store = store, StageTypes = [] });
        await using var pipelines = new PipelineCatalog(Environment.CurrentDirectory);
        await using var server = new SightglassServer(new ServerOptions(), engine, pipelines);
        return await server.DescribeApiAsync().ConfigureAwait(false);
    }
}
