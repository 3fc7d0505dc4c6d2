using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Tests.Simulation;

/// <summary>
/// Reads the log event by event and refuses what must not happen. It knows the definition and the rules, and nothing of
/// how the decider comes to its decisions.
/// </summary>
internal sealed class LogModel(PipelineDefinition pipeline)
{
    private readonly ReadinessOracle _oracle = new(pipeline);
    private readonly Dictionary<string, StageModel> _stages = new(StringComparer.Ordinal);
    private string? _undoing;
    private long _lastUndone = long.MaxValue;
    private bool _failing;
    private readonly BreakpointModel _debug = new();

    public bool Terminal { get; private set; }

    public bool Paused { get; private set; }

    public bool Cancelling { get; private set; }

    /// <summary>Gets whether it waits for a slot of its concurrency group.</summary>
    public bool AwaitsGroup { get; private set; } = pipeline.Concurrency is not null;

    public bool Finishing { get; private set; }

    public DateTimeOffset? Deadline { get; private set; }

    public StageModel this[string key] => _stages.TryGetValue(key, out var s) ? s : _stages[key] = new StageModel();

    private const int MaxLosses = 10;

    private bool Stops => pipeline.OnFailure != FailurePolicy.Continue;

    /// <summary>Takes one decision; throws where it breaks a rule.</summary>
    public void Take(IReadOnlyList<ExecutionEvent> events, IReadOnlyList<Effect> effects)
    {
        var starts = effects.OfType<StartAttempt>().Select(e => (e.Stage, e.Attempt, e.IsUndo)).ToList();
        Require(starts.Distinct().Count() == starts.Count, "an attempt is started twice");
        foreach (var e in events) Take(e, starts);
        Require(starts.Count == 0, "an attempt is started that the log does not have");
        CheckStanding();
    }

    /// <summary>Takes one event.</summary>
    /// <param name="e">The event.</param>
    /// <param name="starts">The attempts that its decision starts; null where only the log is known.</param>
    public void Take(ExecutionEvent e, List<(string Stage, int Attempt, bool IsUndo)>? starts)
    {
        Require(!Terminal || e.Data is ExecutionReopened, $"{e.Type} after the end");
        if (e.Stage is null) TakeExecution(e);
        else TakeStage(e, starts);
    }

    /// <summary>Holds what stands still between two decisions against the rules.</summary>
    public void CheckStanding()
    {
        if (!Terminal && !Cancelling && !Finishing && !AwaitsGroup) CheckFates();
    }

    /// <summary>Gives what should have happened before a moment and did not.</summary>
    public string? Overdue(DateTimeOffset moment)
    {
        if (Terminal || Paused) return null;
        if (Deadline is { } deadline) return deadline < moment ? $"the cancellation was to be over at {deadline:O}" : null;
        foreach (var (key, s) in _stages)
        {
            if (s.Ended is not null) continue;
            foreach (var (what, due) in s.Due)
            {
                if (due < moment) return $"{what} of {key} was due at {due:O}";
            }
        }

        return null;
    }

    /// <summary>Gives the earliest moment at which the clock must be heard.</summary>
    public DateTimeOffset? NextDue(DateTimeOffset now)
    {
        var due = _stages.Values.Where(s => s.Ended is null).SelectMany(s => s.Due.Values).Concat(Deadline is { } d ? [d] : []).Where(d => d > now).ToList();
        return due.Count == 0 ? null : due.Min();
    }

    /// <summary>Tells whether someone outside has yet to answer.</summary>
    public bool AwaitsOutside => pipeline.Stages.Any(d => Keys(d).Any(k =>
        this[k] is { Ended: null } s
        && ((s.OpenAttempt > 0 && d.Wait is { } w && (w.Event is not null || w.Approval is not null))
            || (!s.Touched && (s.Asked.Count > 0 || HasEvent(d.Triggers))))));

    private static bool HasEvent(TriggerDefinition? t) => t is not null && (t.Event is not null || (t.All ?? t.Any ?? []).Any(HasEvent));

    private IEnumerable<string> Keys(StageDefinition d)
    {
        yield return d.Id;
        for (var i = 0; i < this[d.Id].Count; i++) yield return Instance(d.Id, i);
    }

    private static string Instance(string id, int i) => string.Create(CultureInfo.InvariantCulture, $"{id}[{i}]");

    private static string IdOf(string key) => key.Split('[')[0];

    private void TakeExecution(ExecutionEvent e)
    {
        switch (e.Data)
        {
            case ExecutionCreated c: _debug.Create(c); break;
            case ExecutionStarted: AwaitsGroup = false; break;
            case ExecutionPaused: Paused = true; break;
            case ExecutionResumed: Paused = false; break;
            case ExecutionCancelling c:
                (Cancelling, Deadline, Paused) = (true, c.Deadline, false);
                break;
            case ExecutionReopened r: Reopen(r); break;
            case ExecutionCompleted c:
                CheckEnd(e);
                Require(c.Result == (Finishing ? "early_exit" : "success"), "the wrong result");
                Require(!Cancelling && !_failing && (Finishing || !AnyFailed()), "completed, though it was cancelled or failed");
                break;
            case ExecutionFailed f:
                CheckEnd(e);
                Require(!Cancelling && AnyFailed(), "failed, though nothing did");
                var first = pipeline.Stages.Where(s => this[s.Id].Ended == StageStatus.Failed).MinBy(s => this[s.Id].EndedSeq)!.Id;
                Require(f.FailedStage == first, $"{f.FailedStage} is named, {first} failed first");
                CheckRolledBack();
                break;
            case ExecutionCancelled:
                CheckEnd(e);
                Require(Cancelling, "cancelled by nobody");
                break;
        }
    }

    private bool AnyFailed() => pipeline.Stages.Any(s => this[s.Id].Ended == StageStatus.Failed);

    private void CheckEnd(ExecutionEvent e)
    {
        foreach (var key in pipeline.Stages.SelectMany(Keys))
        {
            Require(this[key].Ended is not null, $"{e.Type}, and {key} has not ended");
            Require(this[key].OpenAttempt == 0 && this[key].Undo != "running", $"{e.Type}, and {key} still runs");
        }

        Terminal = true;
    }

    private void CheckRolledBack()
    {
        foreach (var d in pipeline.Stages.Where(d => d.Undo is not null && pipeline.OnFailure == FailurePolicy.Rollback))
        {
            foreach (var key in Keys(d).Where(k => (d.ForEach is null) == (k == d.Id)))
                Require(this[key].Ended != StageStatus.Completed || this[key].Undo is "completed" or "failed", $"{key} was not undone");
        }
    }

    private void Reopen(ExecutionReopened r)
    {
        Require(Terminal, "re-opened, though it had not ended");
        _debug.Reopen();
        (Terminal, Paused, Cancelling, Deadline, _failing, Finishing, _undoing, _lastUndone) = (false, false, false, null, false, false, null, long.MaxValue);
        AwaitsGroup = pipeline.Concurrency is not null;
        foreach (var key in r.Stages) _stages[key] = new StageModel { Attempt = this[key].Attempt };
        foreach (var d in pipeline.Stages)
        {
            Require(this[d.Id].Ended is null or StageStatus.Completed or StageStatus.Skipped, $"{d.Id} does not start over");
            Finishing |= this[d.Id] is { Ended: StageStatus.Completed, Taken: "finish" };
        }
    }

    private void TakeStage(ExecutionEvent e, List<(string Stage, int Attempt, bool IsUndo)>? starts)
    {
        Require(!AwaitsGroup || e.Data is not (StageStarted or StageQueued or StageUndoStarted), $"{e.Type} of {e.Stage} without a slot of the group");
        var key = e.Stage!;
        var d = _oracle.Definition(IdOf(key));
        var s = this[key];
        switch (e.Data)
        {
            case StageQueued:
                Ready(d, key, s);
                s.Queued = true;
                s.Due.Remove("retry");
                break;
            case StageExpanded x: Ready(d, key, s); s.Count = x.Count; break;
            case StageStarted x: Start(e, x, d, s, starts); break;
            case StageWaiting x when x.For == "timer" && x.Until is { } at:
                Require(s.OpenAttempt == 0 || d.Wait?.For is not { } time || at == e.Time + time.Value, $"{key} waits for another time");
                s.Due[s.OpenAttempt > 0 ? "wait" : StageModel.Node(s.StartedTimer)] = at;
                break;
            case StageCompleted x:
                Require(e.Attempt > 0 || s.Count >= 0, $"{key} completes and was never tried");
                if (e.Attempt > 0) Close(e, s);
                Require(!s.Due.TryGetValue("wait", out var until) || until <= e.Time, $"{key} has waited too short");
                if (x.WillRepeat) Rest(s, x.RepeatAt, newIteration: true);
                else End(e, s, StageStatus.Completed, x.Output);
                break;
            case StageFailed x:
                if (e.Attempt > 0) Close(e, s);
                if (x.Lost) s.Tries--;
                if (x.Lost) Require(++s.Losses <= MaxLosses || !x.WillRetry, $"{key} was lost {s.Losses} times and is tried again");
                Require(x.Error?.Code != ErrorCodes.Timeout || !s.Due.TryGetValue("timeout", out var limit) || limit <= e.Time, $"{key} times out too early");
                if (x.WillRetry) Rest(s, x.RetryAt, newIteration: false);
                else End(e, s, StageStatus.Failed, null);
                break;
            case StageSkipped x: Skip(e, x, s); break;
            case StageCancelled:
                s.OpenAttempt = 0;
                Require(Cancelling || Finishing || _failing || (Stops && key.Contains('[', StringComparison.Ordinal)) || (d.ForEach is not null && Stops) || (Stops && d.Repeat is not null), $"{key} is cancelled, and nobody cancelled anything");
                End(e, s, StageStatus.Cancelled, null);
                break;
            case TriggerEvaluated x: Evaluate(e, x, d, s); break;
            case ApprovalRequested x:
                s.Asked.Add(x.Trigger);
                if (x.Deadline is { } deadline) s.Due[StageModel.Node(x.Trigger)] = deadline;
                break;
            case ApprovalGranted x: Answer(s, x.Trigger, true, x.By, e.Time); break;
            case ApprovalRejected x: Answer(s, x.Trigger, false, x.By, e.Time); break;
            case ApprovalWithdrawn x:
                Require(s.Asked.Remove(x.Trigger), "an approval is withdrawn that is not open");
                RequireUnneeded(d, s, x.Trigger);
                s.Quiet(x.Trigger);
                break;
            case BreakpointSet or BreakpointCleared: _debug.Change(e); break;
            case DebugPaused x:
                Require(!Paused && _debug.Stop(x, d.Id), $"{key} is stopped, and nobody asked for it");
                Ready(d, key, s);
                (s.Queued, Paused) = (true, true);
                break;
            case DebugResumed x:
                Require(Paused && (x.Mode == "ended") == s.Ended is not null, $"it goes on from {key}");
                Paused = false;
                _debug.GoOn(x, key);
                break;
            case StageUndoStarted: StartUndo(e, s, starts); break;
            case StageUndoCompleted: (s.Undo, _undoing) = ("completed", null); break;
            case StageUndoFailed: (s.Undo, _undoing) = ("failed", null); break;
        }
    }

    private void Evaluate(ExecutionEvent e, TriggerEvaluated x, StageDefinition d, StageModel s)
    {
        if (s.OpenAttempt > 0) return;
        if (x.Deadline is { } deadline)
        {
            Require(deadline == e.Time + ReadinessOracle.NodeOf(d, x.Trigger).Timeout!.Value.Value, $"node {x.Trigger} of {d.Id} has another timeout");
            s.Due[StageModel.Until(x.Trigger)] = deadline;
            return;
        }

        if (x.TimedOut is not null)
        {
            Require(s.Due.TryGetValue(StageModel.Until(x.Trigger), out var at) && at <= e.Time, $"node {x.Trigger} of {d.Id} is given up before its time");
            s.TimedOut[x.Trigger] = ReadinessOracle.NodeOf(d, x.Trigger).OnTimeout;
            Require(string.Equals(x.TimedOut, s.TimedOut[x.Trigger].ToString(), StringComparison.OrdinalIgnoreCase), "something else is done at a deadline");
            s.Quiet(x.Trigger);
            return;
        }

        if (x.Cancelled)
        {
            if (x.Kind is not ("all" or "any")) RequireUnneeded(d, s, x.Trigger);
            s.Quiet(x.Trigger);
            return;
        }

        if (x.Kind == "timer" && !x.Result) s.StartedTimer = x.Trigger;
        if (x.Result || x.Kind == "timer") s.Answers[x.Trigger] = x.Result;
        if (x.Result || x.Kind is not ("event" or "timer")) s.Quiet(x.Trigger);
    }

    private void RequireUnneeded(StageDefinition d, StageModel s, int number) =>
        Require(_oracle.Judge(d.Id, EndOf, s) != Fate.Waits || _oracle.Unneeded(d.Id, EndOf, s).Contains(number), $"node {number} of {d.Id} is waited for no longer, and the rules say that it is needed");

    private static void Answer(StageModel s, int leaf, bool granted, string? by, DateTimeOffset now)
    {
        Require(by != "timeout" || (s.Due.TryGetValue(StageModel.Node(leaf), out var due) && due <= now), "nobody was given the time to approve");
        Require(s.Asked.Remove(leaf), "an approval is answered that is not open");
        s.Quiet(leaf);
        if (s.OpenAttempt == 0) s.Answers[leaf] = granted;
    }

    private static void Rest(StageModel s, DateTimeOffset? until, bool newIteration)
    {
        s.Due.Clear();
        s.Asked.Clear();
        if (until is { } at) s.Due["retry"] = at;
        if (newIteration) s.Tries = 0;
    }

    private void Start(ExecutionEvent e, StageStarted x, StageDefinition d, StageModel s, List<(string, int, bool)>? starts)
    {
        var key = e.Stage!;
        Require(!Paused && !Cancelling && !Finishing, $"{key} starts while the execution is held or ends");
        Require(!_failing || _oracle.IsHandler(d.Id), $"{key} starts after a failure");
        Require(_debug.Passes(key, d.Id), $"{key} starts through a breakpoint");
        Require(s.Ended is null && s.OpenAttempt == 0 && s.Undo is null, $"{key} starts and has ended or runs");
        Require(e.Attempt == s.Attempt + 1, $"attempt {e.Attempt} of {key} follows {s.Attempt}");
        Require(!s.Due.TryGetValue("retry", out var at) || at <= e.Time, $"{key} starts before its delay is over");
        Require((x.Worker is null) == d.Type is "wait" or "pipeline", $"{key} has a worker it does not need, or none");
        if (x.Worker is not null) Require(starts?.Remove((key, e.Attempt, false)) ?? true, $"nobody runs attempt {e.Attempt} of {key}");
        if (!s.Queued && key == d.Id && s.Attempt == 0) Require(!s.Touched, $"{key} is ready twice");
        if (!s.Touched) Ready(d, key, s);
        s.Queued = false;
        s.Attempt = s.OpenAttempt = e.Attempt;
        s.Tries++;
        Require(s.Tries <= (d.Retry ?? pipeline.Defaults?.Retry ?? new RetryDefinition()).MaxAttempts, $"{key} is tried {s.Tries} times");
        Require(d.Repeat is null || e.Iteration <= d.Repeat.MaxTimes, $"{key} is repeated {e.Iteration} times");
        s.Due.Clear();
        s.Asked.Clear();
        if (x.Worker is null && d.Timeout is { } timeout) s.Due["timeout"] = e.Time + timeout.Value;
        if (key == d.Id) return;
        var active = Enumerable.Range(0, this[d.Id].Count).Count(i => this[Instance(d.Id, i)].OpenAttempt > 0);
        Require(active <= (d.MaxParallel ?? int.MaxValue), $"{active} instances of {d.Id} run at once");
    }

    /// <summary>A stage is made ready: the rules say that it may.</summary>
    private void Ready(StageDefinition d, string key, StageModel s)
    {
        if (s.Touched) return;
        if (key == d.Id) Require(_oracle.Judge(d.Id, EndOf, s) == Fate.Runs && _oracle.When(d.Id, EndOf) == true, $"{key} is ready, and the rules say: {_oracle.Judge(d.Id, EndOf, s)}");
        s.Touched = true;
        s.Asked.Clear();
        s.Due.Clear();
    }

    private static void Close(ExecutionEvent e, StageModel s)
    {
        Require(s.OpenAttempt == e.Attempt && e.Attempt > 0, $"a result of attempt {e.Attempt} of {e.Stage}, which is not open");
        s.OpenAttempt = 0;
    }

    private void End(ExecutionEvent e, StageModel s, StageStatus status, Payload? output)
    {
        Require(s.Ended is null, $"{e.Stage} ends twice");
        (s.Ended, s.EndedSeq) = (status, e.Seq);
        _debug.End(e.Stage!);
        s.Due.Clear();
        s.Asked.Clear();
        if (e.Stage!.Contains('[', StringComparison.Ordinal)) return;
        if (_oracle.Definition(e.Stage) is { Type: "branch" } && output is { IsInline: true })
        {
            using var json = System.Text.Json.JsonDocument.Parse(output.Json);
            s.Taken = json.RootElement.GetProperty("taken").GetString();
        }

        if (Cancelling || Finishing || _failing) return;
        Finishing = s.Taken == "finish";
        _failing = status == StageStatus.Failed && Stops;
    }

    private void Skip(ExecutionEvent e, StageSkipped x, StageModel s)
    {
        var key = e.Stage!;
        Require(s.Attempt == 0 || s.OpenAttempt == 0, $"{key} is skipped and runs");
        if (!key.Contains('[', StringComparison.Ordinal))
        {
            var fate = _oracle.Judge(key, EndOf, s);
            if (x.Reason == "early_exit") Require(Finishing, $"{key} is skipped for an early exit");
            else if (x.Reason == "execution_failed") Require(_failing && !_oracle.IsHandler(key), $"{key} is skipped for a failure");
            else Require(fate == Fate.Skipped || (fate == Fate.Runs && _oracle.When(key, EndOf) == false), $"{key} is skipped ({x.Reason}), and the rules say: {fate}");
        }

        End(e, s, StageStatus.Skipped, null);
    }

    private void StartUndo(ExecutionEvent e, StageModel s, List<(string, int, bool)>? starts)
    {
        Require(starts?.Remove((e.Stage!, e.Attempt, true)) ?? true, $"nobody undoes {e.Stage}");
        Require(_undoing is null && !Paused && !Cancelling, $"{e.Stage} is undone while {_undoing} is");
        Require(s.Ended == StageStatus.Completed && s.Undo is null && s.EndedSeq < _lastUndone, $"{e.Stage} is undone out of turn");
        (s.Undo, _undoing, _lastUndone) = ("running", e.Stage, s.EndedSeq);
    }

    /// <summary>What has not been made ready is not to be, yet.</summary>
    private void CheckFates()
    {
        foreach (var d in pipeline.Stages)
        {
            var s = this[d.Id];
            if (s.Ended is not null || s.Touched) continue;
            var fate = _oracle.Judge(d.Id, EndOf, s);
            var held = (Paused || _debug.IsLettingGo) && d.Type is "wait" or "pipeline" && d.ForEach is null && fate == Fate.Runs && _oracle.When(d.Id, EndOf) == true;
            Require(fate == Fate.Waits || held, $"{d.Id} stands still, and the rules say: {fate}");
            Require(!s.Asked.Overlaps(_oracle.Unneeded(d.Id, EndOf, s)), $"{d.Id} asks for what nobody needs any more");
            Require(!_failing || _oracle.IsHandler(d.Id), $"{d.Id} waits after a failure");
        }
    }

    private (StageStatus, string?)? EndOf(string id) => this[id].Ended is { } status ? (status, this[id].Taken) : null;

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new BrokenRuleException(message);
    }
}
