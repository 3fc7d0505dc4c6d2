using Sightglass.Cli.DataFolder;
using Sightglass.Core.Agents;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Branch;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Stages.Http;
using Sightglass.Core.Stages.Secrets;
using Sightglass.Core.Stages.Shell;
using Sightglass.Sqlite;

namespace Sightglass.Cli.Hosting;

/// <summary>The engine on the store of a data folder, as every verb that owns one composes it.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private readonly SqliteEventStore _store;

    private EngineHost(SqliteEventStore store, PipelineEngine engine)
    {
        _store = store;
        Engine = engine;
    }

    public PipelineEngine Engine { get; }

    /// <summary>Gets what deletes executions.</summary>
    public IStoreUpkeep Upkeep => _store;

    /// <summary>Opens the store and composes the engine; the caller holds the folder's lock.</summary>
    public static EngineHost Open(FolderPaths paths, SecretSource secrets, Func<string, PipelineDefinition?> findPipeline, EngineHostOptions options)
    {
        var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = paths.Database });
        var http = new HttpStageOptions { AllowedHosts = options.AllowedHosts };
        var engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = store,
            StageTypes =
            [
                new CodeStage(new CodeRegistry()),
                new DataStage(),
                new BranchStage(),
                new ShellStage(),
                new DeferredStageType("http", () => new HttpStage(http)),
                new DeferredStageType("agent", () => new AgentStage(new ChatClientRegistry())),
            ],
            Slots = options.RunsStages ? options.Slots : 0,
            FindPipeline = findPipeline,
            FindSecret = name => secrets.TryGet(name, out var value) ? value : null,
            Logger = options.Loggers.CreateLogger("Sightglass.Engine"),
        });
        return new EngineHost(store, engine);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }
}
