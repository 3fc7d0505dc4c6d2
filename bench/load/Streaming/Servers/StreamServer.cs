using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Stages.Shell;
using Sightglass.Server;
using Sightglass.Sqlite;

namespace Sightglass.Load.Streaming.Servers;

/// <summary>The product's server in a process of its own: store on disk with a sync at each commit, engine, HTTP.</summary>
internal static class StreamServer
{
    /// <summary>Gets the pipeline that prints once <c>go</c> has come.</summary>
    public const string Printer = """
        id: printer
        inputs:
          lines: { type: string, required: true }
          rate: { type: string, required: true }
        stages:
          - id: print
            type: shell
            triggers: { all: [ { event: go } ] }
            shell: { exec: [PROGRAM, "print", "${{ inputs.lines }}", "${{ inputs.rate }}"] }
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        var folder = args[0];
        var port = int.Parse(args[1], CultureInfo.InvariantCulture);
        var pipelines = Directory.CreateDirectory(Path.Combine(folder, "pipelines")).FullName;
        await using var catalog = new PipelineCatalog(pipelines);
        await catalog.StartAsync();
        await using var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder, "log.db") });
        await using var engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = store,
            StageTypes = [new DataStage(), new ShellStage(new ShellStageOptions { RecordFile = Path.Combine(folder, "processes") })],
            Slots = 8,
            FindPipeline = id => catalog.Find(id)?.Definition,
            Grace = TimeSpan.FromSeconds(1),
        });
        await using var server = new SightglassServer(new ServerOptions { Urls = [$"http://127.0.0.1:{port}"], MaxConnections = 20_000, RequestsPerSecond = 1_000_000, RequestBurst = 1_000_000 }, engine, catalog);
        await engine.RecoverAsync();
        await server.StartAsync();
        await ServerProtocol.ServeAsync(new Uri(server.Addresses[0]).Port, static _ => Task.CompletedTask);
        await server.StopAsync();
        return 0;
    }
}
