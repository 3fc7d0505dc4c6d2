using System.Collections.Concurrent;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>
/// Starts pipelines by their schedules. What is due is noted in the <see cref="IRecordStore"/> before it is started, and an
/// execution's id follows from its schedule and time: whenever the process dies, each time is started once.
/// </summary>
/// <remarks>All members may be called from any thread. Start it after <see cref="PipelineEngine.RecoverAsync"/>; dispose it
/// before the engine.</remarks>
public sealed class ScheduleRunner : IAsyncDisposable
{
    private readonly PipelineEngine _engine;
    private readonly IRecordStore _records;
    private readonly Func<IEnumerable<ScheduledPipeline>> _pipelines;
    private readonly ScheduleOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Guid, bool> _watched = new();
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _loop = Task.CompletedTask;

    // Owned by whoever holds _turn.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, ScheduleEntry> _entries = new(StringComparer.Ordinal);
    private bool _loaded;
    private bool _storeFailed;

    /// <summary>Makes a runner that does nothing until it is started.</summary>
    /// <param name="engine">What runs the pipelines.</param>
    /// <param name="records">Where the past of schedules is kept.</param>
    /// <param name="pipelines">Gives the valid pipelines as they are now; called at each turn.</param>
    /// <param name="options">How schedules are run.</param>
    public ScheduleRunner(PipelineEngine engine, IRecordStore records, Func<IEnumerable<ScheduledPipeline>> pipelines, ScheduleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(pipelines);
        _engine = engine;
        _records = records;
        _pipelines = pipelines;
        _options = (options ?? new ScheduleOptions()).Checked();
    }

    /// <summary>Begins to look at the clock.</summary>
    public void Start() => _loop = Task.Run(LoopAsync);

    /// <summary>Looks again now: call it when pipelines have changed.</summary>
    public void Wake() => Volatile.Read(ref _woken).TrySetResult();

    /// <summary>Gives every schedule of every organisation by pipeline and id, as it stands.</summary>
    public Task<IReadOnlyList<ScheduleStatus>> ListAsync(CancellationToken cancellationToken = default) => InTurnAsync<IReadOnlyList<ScheduleStatus>>(
        () => Task.FromResult<IReadOnlyList<ScheduleStatus>>([.. _entries.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => e.Value.ToStatus())]), cancellationToken);

    /// <summary>Holds a schedule. Times that pass meanwhile are not made up for.</summary>
    /// <param name="pipelineId">The pipeline.</param>
    /// <param name="scheduleId">The schedule in it.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="organization">The organisation of the pipeline; <see cref="ScheduleOptions.Organization"/> where none is given.</param>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    public Task<ScheduleAnswer> PauseAsync(string pipelineId, string scheduleId, string? by = null, string? organization = null, CancellationToken cancellationToken = default) =>
        HoldAsync(KeyOf(organization, pipelineId, scheduleId), pipelineId, scheduleId, true, by, cancellationToken);

    /// <summary>Lets a held schedule go on, from now.</summary>
    /// <param name="pipelineId">The pipeline.</param>
    /// <param name="scheduleId">The schedule in it.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="organization">The organisation of the pipeline; <see cref="ScheduleOptions.Organization"/> where none is given.</param>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    public Task<ScheduleAnswer> ResumeAsync(string pipelineId, string scheduleId, string? by = null, string? organization = null, CancellationToken cancellationToken = default) =>
        HoldAsync(KeyOf(organization, pipelineId, scheduleId), pipelineId, scheduleId, false, by, cancellationToken);

    /// <summary>Starts what a schedule starts, now and beside its times, also where it is held.</summary>
    /// <param name="pipelineId">The pipeline.</param>
    /// <param name="scheduleId">The schedule in it.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="organization">The organisation of the pipeline; <see cref="ScheduleOptions.Organization"/> where none is given.</param>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    public async Task<ScheduleAnswer> TriggerAsync(string pipelineId, string scheduleId, string? by = null, string? organization = null, CancellationToken cancellationToken = default)
    {
        var entry = await InTurnAsync(() => Task.FromResult(_entries.GetValueOrDefault(KeyOf(organization, pipelineId, scheduleId))), cancellationToken).ConfigureAwait(false);
        if (entry is null) return NotFound(pipelineId, scheduleId);
        var outcome = await _engine.StartAsync(entry.Start(Now(), null, by ?? "schedule " + scheduleId)).ConfigureAwait(false);
        return outcome.ExecutionId is { } id
            ? new ScheduleAnswer("ok", $"Started {id}.") { ExecutionId = id, Schedule = entry.ToStatus() }
            : new ScheduleAnswer("start_refused", "The pipeline could not be started: " + outcome.Problems[0].Message) { Problems = outcome.Problems };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _turn.WaitAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task LoopAsync()
    {
        var stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            // Before the turn: what changes from here on is seen by the next.
            var woken = _woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var wait = _options.RetryAfter;
            try
            {
                var next = await InTurnAsync(TurnAsync, stopping).ConfigureAwait(false);
                wait = next is { } due && due - Now() is var left && left < _options.LookAtClock ? left : _options.LookAtClock;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (!_storeFailed) ScheduleLog.StoreFailed(_options.Logger, e);
                _storeFailed = true;
            }

            // Rounded up: a timer that fires a fraction early would find nothing due.
            var milliseconds = Math.Ceiling(Math.Max(wait.TotalMilliseconds, 0));
            await woken.Task.WaitAsync(TimeSpan.FromMilliseconds(milliseconds), _options.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Looks at every schedule; gives the moment at which the clock has something to tell.</summary>
    private async Task<DateTimeOffset?> TurnAsync()
    {
        DateTimeOffset? next = null;
        foreach (var entry in _entries.Values.Where(e => e.Definition.Enabled).ToList())
        {
            try
            {
                await RunAsync(entry).ConfigureAwait(false);
                _storeFailed = false;
            }
            catch (Exception e) when (!_stopping.IsCancellationRequested)
            {
                // It must not hold up the others.
                if (!_storeFailed) ScheduleLog.StoreFailed(_options.Logger, e);
                _storeFailed = true;
                entry.Next = Now() + _options.RetryAfter;
            }

            if (entry.Next < next || next is null) next = entry.Next ?? next;
        }

        return next;
    }

    private async Task RunAsync(ScheduleEntry entry)
    {
        while (true)
        {
            var state = entry.Stored.State;
            if (state?.Running.Count > 0) state = SchedulePlanner.Ended(state, await EndedAsync(state.Running).ConfigureAwait(false));
            var plan = SchedulePlanner.Advance(entry.Rule, state, Now(), _options);
            entry.Next = plan.Next;
            if (plan.State.Missed > (state?.Missed ?? 0)) ScheduleLog.Missed(_options.Logger, entry.Rule.Key, plan.State.Missed - (state?.Missed ?? 0));
            await SaveAsync(entry, plan.State).ConfigureAwait(false);
            if (plan.CancelsRunning)
            {
                foreach (var id in plan.State.Running) await _engine.CancelAsync(id, "schedule " + entry.Definition.Id, "Its schedule starts another.").ConfigureAwait(false);
            }

            if (plan.Start.Count == 0) return;
            var isDone = true;
            foreach (var time in plan.Start) isDone &= await StartAsync(entry, time).ConfigureAwait(false);
            if (!isDone)
            {
                entry.Next = Now() + _options.RetryAfter;
                return;
            }
        }
    }

    /// <summary>Starts a time that is noted; false where it has to be tried again.</summary>
    private async Task<bool> StartAsync(ScheduleEntry entry, DateTimeOffset time)
    {
        var id = entry.Rule.ExecutionOf(time);

        // Asked before: a start that is refused for its id would have taken a place in the pipeline's concurrency group first.
        if (await ExistsAsync(id).ConfigureAwait(false))
        {
            await SaveAsync(entry, SchedulePlanner.Started(entry.Rule, entry.Stored.State!, time, id)).ConfigureAwait(false);
            return true;
        }

        var outcome = await _engine.StartAsync(entry.Start(time, id, "schedule " + entry.Definition.Id)).ConfigureAwait(false);
        var state = entry.Stored.State!;
        var problem = outcome.IsStarted ? null : outcome.Problems[0];

        if (problem is null or { Code: "execution_exists" })
        {
            ScheduleLog.Started(_options.Logger, entry.Rule.Key, id, time);
            await SaveAsync(entry, SchedulePlanner.Started(entry.Rule, state, time, id)).ConfigureAwait(false);
            return true;
        }

        // Reasons of the store or of the engine, not of the pipeline.
        if (_stopping.IsCancellationRequested || outcome.IsUnavailable || problem.Code == "stopping") return false;
        ScheduleLog.Failed(_options.Logger, entry.Rule.Key, time, problem.Message);
        await SaveAsync(entry, SchedulePlanner.Failed(state, time, problem.Message)).ConfigureAwait(false);
        return true;
    }

    /// <summary>Gives those that have ended or are gone; whoever runs on wakes the runner by its end.</summary>
    private async Task<HashSet<Guid>> EndedAsync(IReadOnlyList<Guid> running)
    {
        var ended = new HashSet<Guid>();
        foreach (var id in running)
        {
            var page = await _engine.Store.ListAsync(new ExecutionQuery { Id = id, Limit = 1 }, _stopping.Token).ConfigureAwait(false);
            if (page.Items.Count == 0 || page.Items[0].Summary.Status.IsTerminal()) ended.Add(id);
            else if (_watched.TryAdd(id, true)) _ = WatchAsync(id);
        }

        return ended;
    }

    private async Task WatchAsync(Guid id)
    {
        Task end = _engine.WaitForEndAsync(id, _stopping.Token);

        // Nobody here runs it: there is no end to wait for, and asking without a pause would never end.
        if (end.IsCompleted) end = Task.Delay(_options.RetryAfter, _options.Time, _stopping.Token);
        await end.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _watched.TryRemove(id, out _);
        Wake();
    }

    private Task<ScheduleAnswer> HoldAsync(string key, string pipelineId, string scheduleId, bool isHeld, string? by, CancellationToken cancellationToken) => InTurnAsync(async () =>
    {
        if (!_entries.TryGetValue(key, out var entry)) return NotFound(pipelineId, scheduleId);
        var state = entry.Stored.State ?? SchedulePlanner.Advance(entry.Rule, null, Now(), _options).State;
        if (state.IsPaused != isHeld) await SaveAsync(entry, SchedulePlanner.Hold(state, isHeld, by, Now())).ConfigureAwait(false);
        entry.Next = isHeld ? null : SchedulePlanner.NextDue(entry.Rule, entry.Stored.State!);
        Wake();
        return new ScheduleAnswer("ok", isHeld ? "The schedule is held." : "The schedule goes on.") { Schedule = entry.ToStatus() };
    }, cancellationToken);

    private static ScheduleAnswer NotFound(string pipelineId, string scheduleId) =>
        new("schedule_not_found", $"The pipeline '{pipelineId}' has no schedule '{scheduleId}', or its file is not valid.");

    private async Task<T> InTurnAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SyncAsync().ConfigureAwait(false);
            return await act().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Brings the entries in line with the pipelines and with what is stored.</summary>
    private async Task SyncAsync()
    {
        var stored = _loaded ? null : await LoadAsync().ConfigureAwait(false);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pipeline in _pipelines())
        {
            foreach (var schedule in pipeline.Definition.Schedules ?? [])
            {
                var key = KeyOf(pipeline.Organization, pipeline.Definition.Id, schedule.Id);
                if (!found.Add(key)) continue;
                var known = _entries.GetValueOrDefault(key);
                if (known?.IsOf(pipeline, schedule) == true) continue;
                var past = known?.Stored ?? (stored is null ? await ReadAsync(key).ConfigureAwait(false) : stored.GetValueOrDefault(key));
                var entry = new ScheduleEntry(pipeline, schedule, _options.Organization) { Stored = past };
                if (known is null) await NoteStartedAsync(entry).ConfigureAwait(false);
                _entries[key] = entry;
                if (!schedule.Enabled)
                {
                    if (past.State is { IsOff: false } state) await SaveAsync(entry, state with { IsOff = true }).ConfigureAwait(false);
                    continue;
                }

                // What is new or changed counts from when it is first seen, not from when its turn comes.
                if (past.State is null or { IsOff: true } || past.State.Times != entry.Rule.Times)
                    await SaveAsync(entry, SchedulePlanner.Advance(entry.Rule, past.State, Now(), _options).State).ConfigureAwait(false);
                if (entry.Stored.State is { IsPaused: false } begun) entry.Next = SchedulePlanner.NextDue(entry.Rule, begun);
            }
        }

        foreach (var (key, entry) in _entries.Where(e => !found.Contains(e.Key)).ToList())
        {
            if (entry.Stored is { State: { } state }) await SaveAsync(entry, state with { IsOff = true, Waiting = [] }, Now() + _options.KeepRemoved).ConfigureAwait(false);
            _entries.Remove(key);
        }

        // What was there when the last process ended and is not any more.
        foreach (var (key, (state, version)) in stored ?? [])
        {
            if (!found.Contains(key) && state is { IsOff: false }) await WriteAsync(key, version, state with { IsOff = true, Waiting = [] }, Now() + _options.KeepRemoved).ConfigureAwait(false);
        }

        _loaded = true;
    }

    /// <summary>Notes what was started by whoever died, or lost the store, before it could: policies count on it.</summary>
    private async Task NoteStartedAsync(ScheduleEntry entry)
    {
        foreach (var time in entry.Stored.State?.Waiting ?? [])
        {
            var id = entry.Rule.ExecutionOf(time);
            if (await ExistsAsync(id).ConfigureAwait(false)) await SaveAsync(entry, SchedulePlanner.Started(entry.Rule, entry.Stored.State!, time, id)).ConfigureAwait(false);
        }
    }

    private async Task<bool> ExistsAsync(Guid id) =>
        (await _engine.Store.ListAsync(new ExecutionQuery { Id = id, Limit = 1 }, _stopping.Token).ConfigureAwait(false)).Items.Count > 0;

    private async Task<Dictionary<string, (ScheduleState? State, long Version)>> LoadAsync()
    {
        var found = new Dictionary<string, (ScheduleState?, long)>(StringComparer.Ordinal);
        string? after = null;
        do
        {
            var page = await _records.ListAsync(new RecordQuery { Organization = _options.Organization, Collection = ScheduleEntry.Collection, After = after, Limit = 1000 }, _stopping.Token).ConfigureAwait(false);
            foreach (var record in page.Items) found[record.Key.Key] = (ScheduleState.Read(record.Bytes.Span), record.Version);
            after = page.Next;
        }
        while (after is not null);
        return found;
    }

    private async Task<(ScheduleState? State, long Version)> ReadAsync(string key) =>
        await _records.GetAsync(KeyOf(key), _stopping.Token).ConfigureAwait(false) is { } record ? (ScheduleState.Read(record.Bytes.Span), record.Version) : (null, 0);

    private async Task SaveAsync(ScheduleEntry entry, ScheduleState state, DateTimeOffset? expires = null)
    {
        if (expires is null && entry.Stored.State is { } stored && stored.Write().AsSpan().SequenceEqual(state.Write())) return;
        var key = entry.Rule.Key;
        try
        {
            entry.Stored = (state, await WriteAsync(key, entry.Stored.Version, state, expires).ConfigureAwait(false));
        }
        catch
        {
            // It may be written all the same.
            _entries.Remove(key);
            throw;
        }
    }

    private async Task<long> WriteAsync(string key, long version, ScheduleState state, DateTimeOffset? expires)
    {
        var outcome = await _records.WriteAsync([new RecordWrite(KeyOf(key), version, state.Write(), expires)], CancellationToken.None).ConfigureAwait(false);
        return outcome.IsWritten ? outcome.Version : throw new InvalidOperationException($"The record of schedule {key} was changed by another process.");
    }

    private string KeyOf(string? organization, string pipelineId, string scheduleId) =>
        ScheduleRule.KeyOf(ScheduleEntry.OtherThan(_options.Organization, organization), pipelineId, scheduleId);

    private RecordKey KeyOf(string key) => new(_options.Organization, ScheduleEntry.Collection, key);

    private DateTimeOffset Now() => _options.Time.GetUtcNow();
}
