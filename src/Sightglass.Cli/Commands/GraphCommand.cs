using System.CommandLine;
using System.Text;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.DataFolder;
using Sightglass.Cli.Hosting;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
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
            var data = FolderPaths.Of(parsed.GetValue(CommonOptions.Data));
            var (graph, states) = await FindAsync(parsed.GetRequiredValue(what), parsed.GetValue(pipelines), data).ConfigureAwait(false);
            var output = StandardStreams.Open().Out;
            output.WriteLine((parsed.GetValue(format) switch
            {
                "mermaid" => MermaidWriter.Write(graph, states),
                "json" => Encoding.UTF8.GetString(GraphJson.Write(graph, states)),
                _ => DotWriter.Write(graph, states),
            }).TrimEnd());
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<(PipelineGraph Graph, Dictionary<string, StageStatus>? States)> FindAsync(string what, string? folder, FolderPaths data)
    {
        var files = new PipelineFiles(PipelineFiles.FolderOf(folder), secrets: null);
        CommandRefusedException noPipeline;
        try
        {
            var read = files.Read(files.Locate(what));

            // A broken pipeline can be drawn too, as far as it goes.
            return read.Definition is { } definition ? (PipelineGraph.Build(definition), null) : throw ProblemOutput.Refuse(read.Problems);
        }
        catch (CommandRefusedException refused) when (refused.ExitCode == ExitCodes.NotFound && !PipelineFiles.IsPipelineFile(what))
        {
            noPipeline = refused;
        }

        if (!File.Exists(data.Database)) throw noPipeline;
        await using var session = await FolderSession.OpenAsync(data).ConfigureAwait(false);
        var id = await ExecutionFinder.FindAsync(session.Client, what).ConfigureAwait(false);
        var state = await session.Client.GetAsync($"api/executions/{id}").ConfigureAwait(false);
        var (json, _) = await session.Client.GetBytesAsync("api/values/" + Uri.EscapeDataString(state.GetProperty("definitionHash"u8).GetString()!)).ConfigureAwait(false);
        return (PipelineGraph.Build(DefinitionJson.Read(json)), StatesOf(state));
    }

    private static Dictionary<string, StageStatus> StatesOf(JsonElement state)
    {
        var byName = Enum.GetValues<StageStatus>().ToDictionary(s => s.ToWire(), StringComparer.Ordinal);
        return state.GetProperty("stages"u8).EnumerateArray().ToDictionary(
            s => s.GetProperty("id"u8).GetString()!,
            s => byName.GetValueOrDefault(s.GetProperty("status"u8).GetString()!),
            StringComparer.Ordinal);
    }
}
