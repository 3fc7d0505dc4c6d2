using Sightglass.Cli.Commands;
using Microsoft.Extensions.Logging;
using Sightglass.Cli.DataFolder;
using Sightglass.Core.Agents;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages;
using Sightglass.Core.Scheduling.Schedules;
using Sightglass.Core.Stages.Branch;
using Sightglass.Core.Stages.Code;
using Sightglass.Core.Stages.Data;
using Sightglass.Core.Stages.Http;
using Sightglass.Core.Stages.Secrets;
using Sightglass.Core.Stages.Shell;
using Sightglass.Core.Webhooks;
using Sightglass.Sqlite;

namespace Sightglass.Cli.Hosting;

/// <summary>The engine on the store of a data folder, as every verb that owns one composes it.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    // What a dead process left behind has no more work to finish, only files to tidy up.
    private static readonly TimeSpan OrphanGrace = TimeSpan.FromSeconds(1);

    private readonly SqliteEventStore _store;
    private readonly ShellStage _shell;
    private readonly WebhookWatch _watch;

    private EngineHost(SqliteEventStore store, ShellStage shell, PipelineEngine engine, IReadOnlyList<OrphanedAttempt> orphans, WebhookWatch watch)
    {
        _store = store;
        _watch = watch;
        _shell = shell;
        Engine = engine;
        Orphans = orphans;
    }

    public PipelineEngine Engine { get; }

    /// <summary>Gets what deletes executions.</summary>
    public IStoreUpkeep Upkeep => _store;

    /// <summary>Gets the attempts of which the owner before left something running, which was ended.</summary>
    public IReadOnlyList<OrphanedAttempt> Orphans { get; }

    /// <summary>Opens the store, ends what a dead owner left running, and composes the engine; the caller holds the folder's lock.</summary>
    public static async Task<EngineHost> OpenAsync(FolderPaths paths, SecretSource secrets, Func<string, PipelineDefinition?> findPipeline, EngineHostOptions options)
    {
        var store = SqliteEventStore.Open(new SqliteStoreOptions { Path = paths.Database, OnDamage = Tell });
        IReadOnlyList<OrphanedAttempt> orphans;
        try
        {
            // Before anything can run an attempt again: two of the same must not run at once.
            orphans = await EndOrphansAsync(paths).ConfigureAwait(false);
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        var http = new HttpStageOptions { AllowedHosts = options.AllowedHosts };
        var shell = new ShellStage(new ShellStageOptions { RecordFile = paths.Processes });
        var watch = new WebhookWatch();
        var engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = store,
            StageTypes =
            [
                new CodeStage(new CodeRegistry()),
                new DataStage(),
                new BranchStage(),
                shell,
                new DeferredStageType("http", () => new HttpStage(http)),
                new DeferredStageType("agent", () => new AgentStage(new ChatClientRegistry())),
            ],
            Slots = options.RunsStages ? options.Slots : 0,
            FindPipeline = findPipeline,
            FindSecret = name => secrets.TryGet(name, out var value) ? value : null,
            Orphans = orphans,
            Webhooks = watch,
            Logger = options.Loggers.CreateLogger("Sightglass.Engine"),
        });
        return new EngineHost(store, shell, engine, orphans, watch);
    }

    /// <summary>Makes what starts the pipelines of a folder by their schedules; whoever serves starts it after the recovery.</summary>
    public ScheduleRunner ScheduleFrom(PipelineCatalog catalog, ILoggerFactory loggers)
    {
        var runner = new ScheduleRunner(Engine, _store, Pipelines, new ScheduleOptions { Logger = loggers.CreateLogger("Sightglass.Schedules") });
        catalog.Changed += (_, _) => runner.Wake();
        return runner;

        IEnumerable<ScheduledPipeline> Pipelines() => catalog.Entries
            .Where(e => e.IsValid && ReferenceEquals(catalog.Find(e.Id!, e.Organization), e))
            .Select(e => new ScheduledPipeline(e.Definition!, Path.GetDirectoryName(e.FullPath))
            {
                Organization = e.Organization,
                FindPipeline = id => catalog.Find(id, e.Organization) is { IsValid: true } found ? found.Definition : null,
            });
    }

    /// <summary>Makes what delivers results; whoever serves starts it before the recovery.</summary>
    public WebhookDispatcher DeliverWith(SecretSource secrets, EngineHostOptions options) => new(_store, _store, _watch, new WebhookOptions
    {
        FindSecret = name => secrets.TryGet(name, out var value) ? value : null,
        AllowedHosts = options.AllowedHosts,
        Logger = options.Loggers.CreateLogger("Sightglass.Webhooks"),
    });

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
        _shell.Dispose();
    }

    private static async Task<IReadOnlyList<OrphanedAttempt>> EndOrphansAsync(FolderPaths paths)
    {
        try
        {
            return await OrphanedProcesses.EndAsync(paths.Processes, OrphanGrace, TimeProvider.System).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"The list of running processes '{paths.Processes}' cannot be used: {error.Message} Mend its rights or choose another folder with --data.", error);
        }
    }

    // Whatever the verb shows otherwise: what is lost has to be known.
    private static void Tell(DamageReport report)
    {
        var error = StandardStreams.Open().Error;
        error.WriteLine(report.ToString());
        error.Flush();
    }
}
