using System.Collections.Concurrent;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Monitoring.External;
using Sightglass.Core.Monitoring.Metrics;
using Sightglass.Core.Ports;
using Sightglass.Core.Webhooks;

namespace Sightglass.Core.Scheduling;

/// <summary>Runs pipelines: starts executions, owns them while they run, and passes commands on to them.</summary>
/// <remarks>One engine owns a store. Dispose it to stop: running attempts are told to, their stops are recorded, and a
/// later engine on the same store takes the executions up again with <see cref="RecoverAsync"/>.</remarks>
public sealed partial class PipelineEngine : IAsyncDisposable
{
    private readonly PipelineEngineOptions _options;
    private readonly EngineServices _services;
    private readonly ConcurrentDictionary<Guid, Lazy<Task<ExecutionActor?>>> _actors = new();
    private readonly ConcurrentDictionary<Guid, IReadOnlyDictionary<string, string>> _secretInputs = new();
    private readonly ConcurrentDictionary<string, PipelinePlan> _plans = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _abandoned = new();
    private readonly StoreHealth _health;
    private ExternalExecutions? _external;
    private volatile bool _stopping;

    /// <summary>Creates an engine; it does nothing until something is started or recovered.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit of the options makes no sense.</exception>
    public PipelineEngine(PipelineEngineOptions options)
    {
        _options = options.Checked();
        Feed = new EventFeed();
        Follower = new LogFollower(options.Store, Feed, options.Time, GetParked);
        _health = new StoreHealth(options.Store, options.Time, OnStoreTrouble);
        _services = new EngineServices(this)
        {
            Store = options.Store,
            Records = options.Records ?? options.Store as IRecordStore,
            Feed = Feed,
            Slots = options.Parts.Slots(options.Slots),
            Parts = options.Parts,
            Groups = new ConcurrencyGroups(
                member => options.Parts.Send(() => GrantAsync(member)),
                (oldest, by) => Insist(oldest.Id, () => EvictAsync(oldest, by)),
                member => Insist(member.Id, () => LookAboveAsync(member))),
            Time = options.Time,
            Metrics = options.Metrics,
            Webhooks = options.Webhooks,
            Worker = options.Parts.Worker(),
        };
        if (options.Webhooks is not null) options.Webhooks.MarksUse = _services.Records is not null;
    }

    /// <summary>Gets the store.</summary>
    public IEventStore Store => _options.Store;

    /// <summary>Gets the store of records; <see langword="null"/> where there is none.</summary>
    public IRecordStore? RecordStore => _services.Records;

    /// <summary>Gets the feed of committed events.</summary>
    public EventFeed Feed { get; }

    /// <summary>Gets what follows a log from a cursor.</summary>
    public LogFollower Follower { get; }

    /// <summary>Gets the executions that other programs run and report; this engine decides nothing about them.</summary>
    public ExternalExecutions External => LazyInitializer.EnsureInitialized(ref _external, () =>
        new ExternalExecutions(Store, Records, Feed, _options.Metrics, _options.Time, (key, operation) => key.For(operation, _options.Time.GetUtcNow() + _options.IdempotencyRetention)));

    /// <summary>Gets how busy its worker is, and with what.</summary>
    public QueueSnapshot GetQueue()
    {
        var (busy, waiting) = _services.Slots.Count();
        var lanes = waiting.Select((count, lane) => KeyValuePair.Create((StagePriority)lane, count)).ToDictionary();
        return new QueueSnapshot(_services.Worker, _options.Slots, busy, lanes, _services.ListRunning());
    }

    /// <summary>Gets why executions wait for the store; <see langword="null"/> while it is well.</summary>
    public StoreTrouble? StoreTrouble => _health.Trouble;

    /// <summary>Raised on a thread of the pool when executions begin to wait for the store, and, with
    /// <see langword="null"/>, when they go on.</summary>
    public event EventHandler<StoreTrouble?>? StoreTroubleChanged;

    /// <summary>Validates, binds the input, commits the new execution and begins it.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot say whether the request was made before, or who holds the
    /// slots of its concurrency group. Nothing was started.</exception>
    public async Task<StartOutcome> StartAsync(StartRequest request)
    {
        if (_stopping) return Refused("stopping", "The engine is stopping; try again when it runs.") with { IsUnavailable = true };
        if (request.Parent is null && _options.Store is IStoreUpkeep { Trouble: { } trouble })
            return Refused(trouble.Code, "The execution could not be created: " + trouble.Message) with { IsUnavailable = true };
        var once = RequestOf(request.IdempotencyKey, "start/" + request.Definition.Id, out var refusal);
        if (refusal is not null) return Refused(refusal.Code, refusal.Message);
        if (once is not null && await RepeatedStartAsync(once).ConfigureAwait(false) is { } first) return first;
        if (request.HasTooManyLabels)
            return Refused("labels_too_many", $"An execution may have {StartRequest.MaxLabels} labels of at most {StartRequest.MaxLabelChars} characters each; leave some out.");
        if (request.HasTooLongName)
            return Refused("name_too_long", $"Who requests it, what triggers it and its outside id may have {StartRequest.MaxNameChars} characters each, its folder {StartRequest.MaxFolderChars}; shorten them.");
        if (request.Parent is null && _actors.Count >= _options.MaxOpen)
            return Refused("too_many_executions", $"{_actors.Count} executions have not ended, and {_options.MaxOpen} is the most; try again when some have.") with { IsUnavailable = true };
        var values = new List<StoredValue>();
        var hash = StoreDefinition(request.Definition, values);

        // What was compiled before was valid before.
        if (!_plans.ContainsKey(hash) && DefinitionValidator.Validate(request.Definition) is var problems && problems.Any(p => p.Severity == ProblemSeverity.Error))
            return new StartOutcome(null, problems);
        var inputProblems = InputValidator.Bind(request.Definition, request.Input, request.Sets, out var bound);
        if (inputProblems.Any(p => p.Severity == ProblemSeverity.Error)) return new StartOutcome(null, inputProblems);
        if (RefuseBreakpoints(request) is { } unusable) return unusable;
        string? missing = null;
        var children = request.Children ?? CollectChildren(request.Definition, request.FindPipeline ?? _options.FindPipeline, values, out missing);
        if (children is null) return Refused("pipeline_not_found", $"The pipeline has a stage that runs '{missing}', which is not there.");
        var plan = PlanOf(hash, request.Definition);
        var secrets = TakeSecrets(plan, ref bound);
        var id = request.Id ?? Guid.CreateVersion7(_options.Time.GetUtcNow());
        var created = new ExecutionCreated
        {
            PipelineId = request.Definition.Id,
            Name = ExecutionLimits.Cut(request.Definition.DisplayName, StartRequest.MaxNameChars),
            Version = Named(request.Definition.Version),
            DefinitionHash = hash,
            Input = Payload.FromElement(bound),
            Priority = request.Priority.ToString().ToLowerInvariant(),
            Trigger = request.Trigger,
            Schedule = request.Schedule,
            Labels = request.Labels is { Count: > 0 } ? request.Labels : null,
            RequestedBy = request.RequestedBy,
            Organization = request.Organization,
            ExternalId = request.ExternalId,
            WebhookUrl = request.WebhookUrl,
            Parent = request.Parent,
            Depth = request.Depth,
            Breakpoints = request.Breakpoints.Count > 0 ? [.. request.Breakpoints.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal)] : null,
            BaseFolder = request.BaseFolder ?? Environment.CurrentDirectory,
            Children = children.Count > 0 ? children : null,
            Plan = plan.Graph,
        };
        var now = Truncated(_options.Time.GetUtcNow());
        created = created with { Group = ClaimOf(plan, id, now, created, out var unnamed) };
        if (EventFit.FixedBytes(created) is > ExecutionLimits.MaxCreatedBytes and var size)
            return Refused("start_too_large", $"Labels, names and the {children.Count} pipelines that it calls take {size} bytes of the log's first event; {ExecutionLimits.MaxCreatedBytes} is the most. Leave some out.");
        if (unnamed is not null) return Refused("group_invalid", $"The name of the concurrency group cannot be made: {unnamed}.");
        var member = created.Group is null ? null : GroupMember.Of(id, created, now);
        var (hasSlot, refused) = member is null ? (false, null) : await EnterGroupAsync(member, request.Parent).ConfigureAwait(false);
        if (refused is not null) return Refused(refused.Code, refused.Message);
        try
        {
            return await CreateAsync(plan, id, now, created, hasSlot, values, secrets, once).ConfigureAwait(false);
        }
        catch when (hasSlot)
        {
            _services.Groups.Leave(id);
            throw;
        }
    }

    /// <summary>Commits a new execution and begins it.</summary>
    private async Task<StartOutcome> CreateAsync(
        PipelinePlan plan, Guid id, DateTimeOffset now, ExecutionCreated created, bool hasSlot,
        List<StoredValue> values, Dictionary<string, string> secrets, RememberedRequest? once)
    {
        var decider = new ExecutionDecider(plan, new ExecutionState(), new LoadedValues(), _options.Environment);
        var actor = _services.Parts.Actor(_services, id, epoch: 1, decider, created.BaseFolder);
        var decision = decider.Create(id, now, created, created.Plan.Json.Span, hasSlot);

        // An owner that is there already is left alone; a place may also be held by a look for what does not exist yet.
        while (!_actors.TryAdd(id, Registered(actor)))
        {
            if (await ActorAsync(id).ConfigureAwait(false) is null) continue;
            if (hasSlot) _services.Groups.Leave(id);
            return Refused("execution_exists", "The execution could not be created.");
        }

        if (secrets.Count > 0) _secretInputs[id] = secrets;
        var isWatched = HasWebhooks(created, plan.Definition);
        if (isWatched) _services.Webhooks!.Add(id);
        List<RecordWrite> records = once is null ? [] : [once.Executions(RecordWrite.Absent, [id])];
        if (_services.Records is not null && WantsWebhooks(created, plan.Definition)) records.Add(WebhookRecords.Used);
        var status = await actor.BeginAsync(decision, values, records).ConfigureAwait(false);
        if (status == AppendStatus.Appended) return new StartOutcome(id, []);
        Forget(actor);
        _secretInputs.TryRemove(id, out _);
        if (isWatched && status != AppendStatus.Unknown) _services.Webhooks!.Release(id);

        // The same request was made beside this one and was quicker.
        if (status == AppendStatus.RecordConflict)
        {
            if (hasSlot) _services.Groups.Leave(id);
            if (await RepeatedStartAsync(once!).ConfigureAwait(false) is { } other) return other;
        }

        // It may be in the log all the same, with only the answer lost, or by what was tried before that: then nobody would own
        // it, and it holds its slot of a group by its log.
        else if (status == AppendStatus.Unknown || hasSlot)
        {
            Insist(id, async () =>
            {
                var exists = await TakeUpAgainAsync(id).ConfigureAwait(false);
                if (hasSlot) _services.Groups.Leave(id);
                if (!exists && isWatched && status == AppendStatus.Unknown) _services.Webhooks!.Release(id);
            });
        }

        if (status != AppendStatus.Unknown) return Refused("execution_exists", "The execution could not be created.");
        return Refused(actor.CreationError?.Code ?? "store_unavailable", "The execution could not be created: " + (actor.CreationError?.Message ?? "the store failed.")) with { IsUnavailable = true };
    }

    /// <summary>Reads the state of an execution as it is committed.</summary>
    /// <returns>What <paramref name="read"/> gives, or the default where the execution does not exist.</returns>
    public async Task<T?> ReadStateAsync<T>(Guid id, Func<ExecutionState, T> read)
    {
        if (_actors.TryGetValue(id, out var live) && await _services.Parts.Answer(live.Value).ConfigureAwait(false) is { IsParked: false } actor)
        {
            try
            {
                // An owner that waits for the store answers when it is back; the log can usually be read all the same.
                var reading = actor.ReadAsync(read);
                if (reading.IsCompleted || await _services.Parts.EitherAsync(reading, _health.Away).ConfigureAwait(false) == reading) return await reading.ConfigureAwait(false);
            }
            catch (InvalidOperationException) when (actor.IsParked)
            {
                // It was let go of meanwhile: the log tells.
            }
        }

        var loaded = await LogReader.FoldAsync(Store, id).ConfigureAwait(false);
        return loaded is null ? default : read(loaded);
    }

    /// <summary>Reads what has been measured of the executions since this engine was created.</summary>
    public MetricsSnapshot GetMetrics() => _options.Metrics.Snapshot();

    /// <summary>Waits until an execution that this engine runs stands ended, or stands still.</summary>
    /// <returns>Why it stands still without having ended: an error of the engine; <see langword="null"/> where it ended.</returns>
    public async Task<Stages.StageError?> WaitForEndAsync(Guid id, CancellationToken cancellationToken = default)
    {
        if (!_actors.TryGetValue(id, out var live) || await _services.Parts.Answer(live.Value).ConfigureAwait(false) is not { } actor) return null;
        var ended = actor.Ended;
        var first = await Task.WhenAny(ended, actor.StandsStill).WaitAsync(cancellationToken).ConfigureAwait(false);
        return first == ended ? null : await actor.StandsStill.ConfigureAwait(false);
    }

    /// <summary>Gives why an execution that this engine runs stands still without having ended.</summary>
    /// <param name="id">The execution.</param>
    /// <returns>The defect that has parked it; <see langword="null"/> where none has. A later engine tries it again.</returns>
    public Stages.StageError? GetParked(Guid id) =>
        _actors.TryGetValue(id, out var live) && live is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } && live.Value.Result is { Ended.IsCompleted: false, StandsStill.IsCompletedSuccessfully: true } actor
            ? actor.StandsStill.Result
            : null;

    /// <summary>Takes up every execution of the store that has not ended.</summary>
    /// <returns>How many there are.</returns>
    public Task<int> RecoverAsync() => RecoverGroupsAsync(TakeAllUpAsync);

    private async Task<int> TakeAllUpAsync()
    {
        var count = 0;
        foreach (var id in await LogReader.ListOpenAsync(Store, includeChildren: true).ConfigureAwait(false))
        {
            try
            {
                count += await TakeUpAgainAsync(id).ConfigureAwait(false) ? 1 : 0;
            }
            catch (IOException e)
            {
                EngineLog.RecoveryFailed(_options.Logger, id, e);
                HoldGroupsUntil(id, () => TakeUpAgainAsync(id));
            }
            catch (Exception e)
            {
                EngineLog.RecoveryFailed(_options.Logger, id, e);
            }
        }

        if (count > 0) EngineLog.Recovered(_options.Logger, count);
        return count;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping) return;
        _stopping = true;
        var deadline = _options.Grace + EngineLimits.StopPatience;
        var stops = _actors.Values.Select(async lazy =>
        {
            if (!lazy.Value.IsCompletedSuccessfully || await lazy.Value.ConfigureAwait(false) is not { } actor) return;
            while (await actor.StopWorkAsync().ConfigureAwait(false) > 0) await Task.Delay(TimeSpan.FromMilliseconds(20), _options.Time).ConfigureAwait(false);
        });
        try
        {
            await Task.WhenAll(stops).WaitAsync(deadline, _options.Time).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            // What does not stop in time is recorded as lost by whoever starts next.
        }

        await _services.Parts.CancelAsync(_abandoned).ConfigureAwait(false);
        _services.Dispose();
    }

    private void OnStoreTrouble(StoreTrouble? trouble)
    {
        if (trouble is null) EngineLog.StoreBack(_options.Logger);
        else EngineLog.StoreAway(_options.Logger, trouble.Message);
        StoreTroubleChanged?.Invoke(this, trouble);
    }

    private static DateTimeOffset Truncated(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    private static StartOutcome Refused(string code, string message) =>
        new(null, [new Problem(code, ProblemSeverity.Error, message, null, "", 0, 0, "")]);
}
