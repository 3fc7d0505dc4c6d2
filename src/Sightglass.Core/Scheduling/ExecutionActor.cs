using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Scheduling;

/// <summary>
/// The one owner of an execution. Everything goes through its mailbox; what is there when it turns to it becomes one
/// append: take the mail, decide, hand out, append, then publish, answer and start. It waits for nothing but the store.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The pending append's writer holds no unmanaged resource, and an actor has no moment at which nobody may post.")]
internal partial class ExecutionActor
{
    private readonly ActorServices _services;

    // Replaced by the drain when the execution is re-opened; read by anyone.
    private volatile TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource<StageError> _standsStill = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private readonly Lock _gate = new();
    private List<ActorMessage> _mail = [];
    private bool _draining;

    // Owned by the drain, of which there is one at a time.
    private readonly PendingAppend _pending = new();
    private readonly Dictionary<(string Stage, bool IsUndo), RunningAttempt> _running = [];
    private readonly List<AttemptOutput> _held = [];
    private List<ActorMessage> _taken = [];
    private int _at;
    private ExecutionDecider _decider;
    private readonly long _epoch;
    private int _inHand;

    // How many of the slots in hand were waited for.
    private int _granted;
    private volatile StageError? _parked;
    private string? _inputPreview;

    // For the first commit alone.
    private TextExcerpt? _input;
    private GroupStanding? _standing;
    private ExecutionSummary? _summary;

    public ExecutionActor(ActorServices services, Guid id, long epoch, ExecutionDecider decider, string? baseFolder)
    {
        _services = services;
        _decider = decider;
        _epoch = epoch;
        Id = id;
        Plan = decider.Plan;
        BaseFolder = baseFolder ?? Environment.CurrentDirectory;
    }

    public Guid Id { get; }

    public EngineParts Parts => _services.Parts;

    public PipelinePlan Plan { get; }

    public string BaseFolder { get; }

    /// <summary>Gets the task that completes when the execution stands ended, or its owner lets go of it.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Gets the task that completes, with the reason, when the execution is parked and all that was decided before is
    /// in its log.</summary>
    public Task<StageError> StandsStill => _standsStill.Task;

    /// <summary>Gets whether the rules failed on it; its state is then what the log says.</summary>
    public bool IsParked => _parked is not null;

    /// <summary>Gets why the store could not commit the creation; set before <see cref="BeginAsync"/> answers.</summary>
    public StoreUnavailableException? CreationError { get; private set; }

    /// <summary>Gets the stored values at hand; owned by the drain.</summary>
    public LoadedValues Values => _decider.Values;

    /// <summary>Gets or sets the place in the queue for slots; guarded by the slots' lock.</summary>
    public LinkedListNode<ExecutionActor>? Waiting { get; set; }

    /// <summary>Gets or sets the lane it waits in; guarded by the slots' lock.</summary>
    public StagePriority WaitingLane { get; set; }

    /// <summary>Sends a command and gives the answer once its events are committed.</summary>
    public Task<CommandAnswer> AskAsync(Func<DateTimeOffset, ExecutionCommand> make, RememberedRequest? once = null)
    {
        var answer = new TaskCompletionSource<CommandAnswer>(Parts.Continuations);
        lock (_gate)
        {
            if (_mail.Count >= EngineLimits.MaxMail) return Task.FromResult(new CommandAnswer(false, "busy", "Too many commands wait for this execution; try again."));
        }

        Post(new CommandMessage(make, answer, once));
        return Parts.Answer(answer.Task);
    }

    /// <summary>Reads the state as it is committed.</summary>
    public Task<T> ReadAsync<T>(Func<ExecutionState, T> read)
    {
        var result = new TaskCompletionSource<T>(Parts.Continuations);
        Post(new QueryMessage(state => result.TrySetResult(read(state)), e => result.TrySetException(e)));
        return Parts.Answer(result.Task);
    }

    /// <summary>Tells whether a child that was started is still waited for.</summary>
    public Task<bool> WantsAsync(StartChild child) => ReadAsync(s => !s.Status.IsTerminal() && !_decider.IsStopping && s.Find(child.Stage)?.Child == child.Child);

    public void Tell(Func<DateTimeOffset, ExecutionCommand> make) => Post(new CommandMessage(make, null));

    public void PostReports(AttemptOutput output) => Post(new ReportsMessage(output));

    public void PostFinished(RunningAttempt attempt, AttemptOutput? output, StageResult result, double durationMs)
    {
        _brief = durationMs < BriefMs;
        Post(new FinishedMessage(attempt, output, result, durationMs), _host == this ? Drainer.Host : _host is null && FreeThread.IsHere ? Drainer.Free : Drainer.Caller);
    }

    // Whoever gives a slot back does so in the middle of its own turn, which must not wait for this one's commit.
    public void Grant() => Post(GrantMessage.Instance, Drainer.Pool);

    /// <summary>Lets what was held for the store go on.</summary>
    public void Release() => Post(ReleaseMessage.Instance, Drainer.Pool);

    /// <summary>Commits what creating the execution decided, and begins.</summary>
    public async Task<AppendStatus> BeginAsync(Decision created, IReadOnlyList<StoredValue> definitions, IReadOnlyList<RecordWrite> records)
    {
        lock (_gate) _draining = true;
        _pending.Add(created);
        _pending.AddValues(definitions);
        _pending.AddRecords(records);
        StageError? parked = null;
        try
        {
            HandOut();
        }
        catch (Exception e)
        {
            parked = Park(e);
            ReturnSlots();
        }

        var summary = IsParked ? _summary : CurrentSummary();
        var status = await CommitAsync(summary, patient: false).ConfigureAwait(false);
        if (status == AppendStatus.Appended) AfterCommit(summary);
        else LetGo(status);
        if (status == AppendStatus.Appended) TellGroup();
        _pending.Clear();
        ScheduleNextDue();
        if (parked is not null) _standsStill.TrySetResult(parked);

        // Whoever started it waits for the first commit, not for an execution that never runs out of mail.
        _ = DrainAsync(hosted: false);
        return status;
    }

    /// <summary>Takes up an execution that was loaded: what a dead worker left open is lost, children are looked after.</summary>
    public void Resume()
    {
        foreach (var (stage, attempt, isUndo) in _decider.OpenAttempts())
        {
            var lost = StageResult.Failed(ErrorCodes.WorkerDied, "The worker's process died while the attempt ran.", _services.LeftBehind(Id, stage, attempt));
            var jitter = _services.Jitter();
            if (isUndo) Tell(now => new FinishUndo(now, stage, attempt, lost, 0));
            else Tell(now => new FinishAttempt(now, stage, attempt, lost, 0, jitter, Lost: true));
        }

        foreach (var child in _decider.OpenChildren())
        {
            if (_decider.IsStopping) _services.StopChild(this, child);
            else _services.StartChild(this, child);
        }

        Tell(now => new TimerDue(now, _services.Jitter()));
    }

    /// <summary>Marks an execution that had ended when it was taken up.</summary>
    public void MarkEnded() => _ended.TrySetResult();

    /// <summary>Tells every running attempt to stop; their ends are recorded as stops of the worker.</summary>
    public Task<int> StopWorkAsync() => ReadAsync(_ =>
    {
        foreach (var attempt in _running.Values) attempt.Stop();
        return _running.Count;
    });

    private async Task TurnAsync()
    {
        try
        {
            for (_at = 0; _at < _taken.Count; _at++) await TakeAsync(_taken[_at]).ConfigureAwait(false);
            _taken.Clear();
            await HandOutSafelyAsync().ConfigureAwait(false);
            await FlushAsync().ConfigureAwait(false);
            ScheduleNextDue();
        }
        catch (Exception e)
        {
            Rescue(e);
        }
    }

    private void ScheduleNextDue() => _services.Schedule(this, _parked is null ? _decider.NextDue : null);

    /// <summary>Commits what is pending and does what follows from it.</summary>
    private async Task FlushAsync()
    {
        var summary = CurrentSummary();
        var status = _pending.IsEmpty ? await CommitRecordsAsync().ConfigureAwait(false) : await CommitAsync(summary).ConfigureAwait(false);
        if (status == AppendStatus.Appended) AfterCommit(summary);
        else LetGo(status);
        if (status == AppendStatus.Appended) TellGroup();
        _pending.Clear();
    }

    private async Task TakeAsync(ActorMessage message)
    {
        switch (message)
        {
            case ReportsMessage reports when _services.Holds(this):
                // The attempt waits when its buffer is full: room that is left on the disk is for decisions.
                _held.Add(reports.Output);
                break;
            case ReleaseMessage:
                foreach (var output in _held)
                {
                    TakeReports(output, all: false);
                    _pending.Outputs.Add(output);
                }

                _held.Clear();
                break;
            case ReportsMessage reports:
                TakeReports(reports.Output, all: false);
                _pending.Outputs.Add(reports.Output);
                break;
            case FinishedMessage finished:
                Forget(finished.Attempt);
                finished.Attempt.Dispose();
                _inHand++;
                if (finished.Output is not null) TakeReports(finished.Output, all: true);
                await DecideAsync(Finish(finished), null).ConfigureAwait(false);
                break;
            case GrantMessage:
                _inHand++;
                _granted++;
                break;
            case QueryMessage query:
                _pending.Queries.Add(query);
                break;
            case CommandMessage command:
                // One commit takes so many records and no more.
                if (_pending.Records.Count == RecordWrite.MaxWrites) await FlushAsync().ConfigureAwait(false);
                if (command.Once is { } once && await RecallAsync(once).ConfigureAwait(false) is { } first) _pending.Answers.Add((command.Answer!, first));
                else await DecideAsync(command.Make, command.Answer, command.Once).ConfigureAwait(false);
                break;
        }
    }

    // An attempt that was given up may end when the next one of its stage runs already: that one stays within reach.
    private void Forget(RunningAttempt attempt)
    {
        var key = (attempt.Start.Stage, attempt.Start.IsUndo);
        if (_running.TryGetValue(key, out var known) && ReferenceEquals(known, attempt)) _running.Remove(key);
    }

    private Func<DateTimeOffset, ExecutionCommand> Finish(FinishedMessage finished)
    {
        var start = finished.Attempt.Start;
        var jitter = _services.Jitter();
        return now => start.IsUndo
            ? new FinishUndo(now, start.Stage, start.Attempt, finished.Result, finished.DurationMs)
            : new FinishAttempt(now, start.Stage, start.Attempt, finished.Result, finished.DurationMs, jitter);
    }

    /// <summary>Decides; loads stored values that the decision needs and decides again.</summary>
    private async Task<bool> DecideAsync(Func<DateTimeOffset, ExecutionCommand> make, TaskCompletionSource<CommandAnswer>? asked, RememberedRequest? once = null)
    {
        for (var loads = 0; ; loads++)
        {
            if (_parked is not null)
            {
                asked?.TrySetResult(new CommandAnswer(false, "parked", $"The execution is parked: {_parked.Message}"));
                return false;
            }

            try
            {
                var decision = Decide(make(Now()));
                _pending.Add(decision);
                if (once is not null && decision.Answer.Accepted) _pending.AddRecords([once.Answer(decision.Answer)]);
                if (asked is not null) _pending.Answers.Add((asked, decision.Answer));
                return decision.Answer.Accepted;
            }
            catch (ValueNeededException needed) when (loads < 1000)
            {
                if (await FlushUnmovedAsync().ConfigureAwait(false)) await ReloadAsync(needed.Reference).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                await ParkAsync(e, asked).ConfigureAwait(false);
                return false;
            }
        }
    }

    private Decision Decide(ExecutionCommand command)
    {
        // A decision that fails has moved the state with events that will not be; what stands before it is summed up first.
        _summary = CurrentSummary();
        return _decider.Decide(command);
    }

    /// <summary>Commits what was decided before the decision that failed.</summary>
    /// <returns>Whether it is still the owner.</returns>
    private async Task<bool> FlushUnmovedAsync()
    {
        var status = _pending.IsEmpty ? await CommitRecordsAsync().ConfigureAwait(false) : await CommitAsync(_summary).ConfigureAwait(false);
        var queries = _pending.Queries.ToArray();
        _pending.Queries.Clear();
        if (status == AppendStatus.Appended) AfterCommit(_summary);
        else LetGo(status);
        _pending.Clear();
        _pending.Queries.AddRange(queries);
        return status == AppendStatus.Appended;
    }

    /// <summary>A bug in the rules must not take others with it: the execution stands still, its log as it was.</summary>
    private async Task ParkAsync(Exception e, TaskCompletionSource<CommandAnswer>? asked)
    {
        var reason = Park(e);
        await FlushUnmovedAsync().ConfigureAwait(false);
        foreach (var attempt in _running.Values) attempt.Stop();
        _standsStill.TrySetResult(reason);
        asked?.TrySetResult(new CommandAnswer(false, "parked", $"The execution is parked: {_parked?.Message}"));
    }

    private StageError Park(Exception e)
    {
        var reason = new StageError(ErrorCodes.InternalError, $"{e.GetType().Name}: {e.Message}", e.StackTrace);
        _parked = reason;
        _services.Parked(Id, e);
        return reason;
    }

    private DateTimeOffset Now()
    {
        var now = _services.Time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    private static bool IsOpen(ExecutionState state, AttemptOutput output) =>
        !state.Status.IsTerminal() && state.Find(output.Stage) is { } stage
        && ((stage.InAttempt && stage.Attempt == output.Attempt) || stage.Undo == "running");

    private void TakeReports(AttemptOutput output, bool all)
    {
        var state = _decider.State;
        if (_parked is not null || !IsOpen(state, output))
        {
            // Declared lost or given up, or the state is not what the log says any more: what it still says is refused, and
            // it must not wait for room.
            output.Close();
            output.Take(all: true, static (_, _, _) => { }, static _ => { });
            return;
        }

        var time = Now() is var now && now > state.LastTime ? now : state.LastTime;
        output.Take(
            all,
            (stream, text, offset) =>
            {
                state.Advance(time);
                _pending.AddText(state.LastSeq, time, Id, output, stream, text.Span, offset);
            },
            data =>
            {
                var stored = new List<StoredValue>();
                var fitted = EventFit.Fit(data, stored, null);
                state.Advance(time);
                _pending.AddReport(new ExecutionEvent(state.LastSeq, time, Id, output.Stage, output.Attempt, output.Iteration, fitted));
                _pending.AddValues(stored);
            });
    }
}
