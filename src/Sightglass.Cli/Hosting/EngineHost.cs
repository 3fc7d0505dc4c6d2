using Sightglass.Cli.DataFolder;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages;
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
            ],
            Slots = options.RunsStages ? options.Slots : 0,
            FindPipeline = findPipeline,
            FindSecret = name => secrets.TryGet(name, out var value) ? value : null,
        });
        return new EngineHost(store, engine);
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>How the engine of a verb runs.</summary>
internal sealed record EngineHostOptions
{
    /// <summary>Gets whether stages run here. A short command that only gives an order leaves them to the next owner.</summary>
    /// <value>True.</value>
    public bool RunsStages { get; init; } = true;

    /// <summary>Gets how many stages run at once.</summary>
    /// <value>Four for each processor, at least 8.</value>
    public int Slots { get; init; } = Math.Max(8, Environment.ProcessorCount * 4);

    /// <summary>Gets hosts that <c>http</c> stages may reach though their addresses are private.</summary>
    /// <value>None.</value>
    public IReadOnlyCollection<string> AllowedHosts { get; init; } = [];
}

/// <summary>A stage type that is made when the first stage needs it, which keeps its libraries out of start-up.</summary>
internal sealed class DeferredStageType(string name, Func<IStageType> make) : IStageType
{
    private readonly Lazy<IStageType> _type = new(make);

    public string Name => name;

    public Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken) => _type.Value.RunAsync(run, cancellationToken);
}
