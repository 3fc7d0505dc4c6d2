using Sightglass.Core.Definitions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions.Decisions;

/// <summary>What a command led to.</summary>
/// <param name="Events">The events, already applied to the state, to be committed in this order.</param>
/// <param name="Values">Values that the events refer to.</param>
/// <param name="Effects">What is to be done after the commit.</param>
/// <param name="Answer">What is said to whoever asked.</param>
internal sealed record Decision(IReadOnlyList<ExecutionEvent> Events, IReadOnlyList<Ports.StoredValue> Values, IReadOnlyList<Effect> Effects, CommandAnswer Answer);

/// <summary>
/// All scheduling rules of one execution. A pure machine: its answer depends on the plan, the state and the command, and
/// on nothing else: no clock, no I/O, no randomness, no other thread. The state it is given moves on with the events it
/// answers; an owner that could not commit them throws both away and folds the log again.
/// </summary>
internal sealed partial class ExecutionDecider
{
    private readonly PipelinePlan plan;
    private readonly ExecutionState state;
    private readonly LoadedValues values;
    private readonly EvaluationScope scopes;

    // Worked off in the order of the plan, so that what is decided does not depend on how it came to be considered.
    private readonly SortedSet<int> toConsider = [];
    private Readiness ready;

    // One decision's worth; taken away by Decide.
    private List<ExecutionEvent> events = [];
    private List<Ports.StoredValue> stored = [];
    private List<Effect> effects = [];
    private DateTimeOffset now;

    // Derived from the state; kept because they are asked at every step. Of a failure and a branch that finishes, the one
    // that was committed first decides.
    private bool failing;
    private bool finishing;
    private StageState? firstFailure;

    public ExecutionDecider(PipelinePlan plan, ExecutionState state, LoadedValues values, IReadOnlyDictionary<string, string> environment)
    {
        this.plan = plan;
        this.state = state;
        this.values = values;
        scopes = new EvaluationScope(plan, state, values, environment);
        ready = new Readiness(plan);
        if (state.LastSeq > 0) Rebuild();
    }

    public ExecutionState State => state;

    public PipelinePlan Plan => plan;

    public LoadedValues Values => values;

    /// <summary>Gets whether what runs has been told to stop.</summary>
    public bool IsStopping => state.Cancelling || finishing;

    /// <summary>Gets the lane of the stage that would be handed out next, or null where nothing can be.</summary>
    public StagePriority? TopLane => CanHandOut ? ready.RollingBack ? StagePriority.Urgent : LaneOfReleased ?? ready.TopLane(state) : null;

    /// <summary>Gets the next moment at which the clock has something to tell.</summary>
    public DateTimeOffset? NextDue => state.Status.IsTerminal() ? null : Earliest(ready.NextDue(IsDue), state.CancelDeadline);

    private bool CanHandOut =>
        !state.Status.IsTerminal() && state.Status != ExecutionStatus.Paused && !state.Cancelling && !finishing && !state.AwaitsGroup
        && (!ready.RollingBack || (ready.ToUndo.Count > 0 && ready.Open == 0));

    private string StopReason => state.Cancelling ? "execution_cancelled" : finishing ? "early_exit" : "execution_failed";

    /// <summary>Answers a command.</summary>
    /// <exception cref="ValueNeededException">A stored value must be loaded first; the state may have moved and must be
    /// folded again.</exception>
    public Decision Decide(ExecutionCommand command)
    {
        now = command.Now > state.LastTime ? command.Now : state.LastTime;
        var answer = command switch
        {
            HandOut c => HandOutNext(c),
            FinishAttempt c => Finish(c),
            FinishUndo c => Finish(c),
            FinishChild c => Finish(c),
            TimerDue c => Tick(c),
            Cancel c => Stop(c),
            Pause c => Hold(c),
            Resume c => GoOn(c),
            Retry c => Reopen(c),
            SetBreakpoint c => Set(c),
            ClearBreakpoint c => Clear(c),
            Step c => Advance(c),
            TakeGroupSlot => Enter(),
            AnswerApproval c => Answer(c),
            DeliverEvent c => Deliver(c),
            FailExecution c => GiveUp(c),
            _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
        };
        Settle();
        var decision = new Decision(events, stored, effects, answer);
        events = [];
        stored = [];
        effects = [];
        return decision;
    }

    /// <summary>Creates the execution: the first event, and what can be said at once.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="time">The clock's reading.</param>
    /// <param name="created">What is known of it.</param>
    /// <param name="planJson">The planned graph.</param>
    /// <param name="hasSlot">Whether it has a slot of its concurrency group already.</param>
    public Decision Create(Guid id, DateTimeOffset time, ExecutionCreated created, ReadOnlySpan<byte> planJson, bool hasSlot = false)
    {
        now = time;
        EmitAs(id, created);
        state.ApplyPlan(planJson);
        ready = new Readiness(plan);
        foreach (var stage in plan.Stages)
        {
            ready.OpenNeeds[stage.Index] = stage.Needs.Count;
            toConsider.Add(stage.Index);
        }

        ready.Unended = plan.Stages.Count;
        if (hasSlot) Begin();
        Settle();
        var decision = new Decision(events, stored, effects, CommandAnswer.Done);
        events = [];
        stored = [];
        effects = [];
        return decision;
    }

    private static DateTimeOffset? Earliest(DateTimeOffset? a, DateTimeOffset? b) => a is null ? b : b is null || a < b ? a : b;

    private StageState StageOf(StagePlan stage) => state.Stages[stage.Index];

    private StagePlan PlanOf(StageState stage) => plan.Stages[stage.Position - 1];

    /// <summary>Considers what changed until nothing moves, starts what needs no slot, and ends what has nothing left.</summary>
    private void Settle()
    {
        if (state.Status.IsTerminal()) return;
        do
        {
            // Without a slot of its group nothing is considered; what was to be still is when it has one.
            if (state.AwaitsGroup) break;
            while (toConsider.Count > 0)
            {
                var index = toConsider.Min;
                toConsider.Remove(index);
                Consider(plan.Stages[index]);
            }

            LeaveEndedStop();
        }
        while (StartSlotless() || toConsider.Count > 0);
        CheckEnd();
    }

    private void Emit(EventData data) => EmitAs(state.Id, data);

    private void EmitAs(Guid id, EventData data) => Append(id, null, 0, 0, data);

    private void Emit(StageState stage, EventData data, int attempt = 0, int iteration = 0) => Append(state.Id, stage.Key, attempt, iteration, data);

    private void Append(Guid id, string? stage, int attempt, int iteration, EventData data)
    {
        var fitted = EventFit.Fit(data, stored, values);
        var e = new ExecutionEvent(state.LastSeq + 1, now, id, stage, attempt, iteration, fitted);
        state.Apply(e);
        events.Add(e);
    }

    /// <summary>Derives everything that is derived, after a recovery or a re-opening.</summary>
    private void Rebuild()
    {
        ready = new Readiness(plan);
        toConsider.Clear();
        foreach (var stage in plan.Stages) ready.OpenNeeds[stage.Index] = stage.Needs.Count;
        RebuildPhase();
        var queued = new List<StageState>();
        foreach (var stage in plan.Stages)
        {
            var s = StageOf(stage);
            if (s.Status.IsTerminal()) CountEnd(stage, s);
            else ready.Unended++;
            if (s.Count is null) IndexOpen(stage, s, queued);
            else RebuildFanOut(stage, queued);
            if (!s.Status.IsTerminal()) toConsider.Add(stage.Index);
        }

        foreach (var s in queued.OrderBy(s => s.QueuedSeq)) ready.Queue(s.Key, LaneOf(PlanOf(s)));
        RebuildRollback();
    }

    private void RebuildPhase()
    {
        firstFailure = state.Stages.Where(s => s.Status == StageStatus.Failed).MinBy(s => s.EndedSeq);
        var stops = plan.Definition.OnFailure == FailurePolicy.Continue ? null : firstFailure;
        var finished = plan.Stages.Where(p => Finishes(p, StageOf(p))).Select(StageOf).MinBy(s => s.EndedSeq);
        finishing = finished is not null && (stops is null || finished.EndedSeq < stops.EndedSeq);
        failing = stops is not null && !finishing;
    }

    private void IndexOpen(StagePlan stage, StageState s, List<StageState> queued)
    {
        if (s.Undo == "running") ready.Open++;
        if (s.Status.IsTerminal()) return;
        if (s.Status == StageStatus.Queued && !stage.IsSlotless && s.Key != state.Released) queued.Add(s);
        if (s.InAttempt) ready.Open++;
        if (s.Due is { } due) ready.Due(s.Key, due);
        else if (stage.IsSlotless && IsHeld(s)) ready.Held.Add(s.Key);
        if (TimeoutOf(stage, s) is { } limit) ready.Due(s.Key, limit);
        if (!s.HasFacts) return;
        foreach (var (number, fact) in s.Facts)
        {
            if (fact.Due is { } at && (fact.IsOpen || fact.IsTicking)) ready.Due(s.Key, at, number);
            if (fact.IsTimed) ready.Due(s.Key, fact.Deadline!.Value, number);
        }
    }

    private StagePriority LaneOf(StagePlan stage) =>
        stage.Priority ?? (Enum.TryParse<StagePriority>(state.Created.Priority, ignoreCase: true, out var lane) ? lane : StagePriority.Medium);

    private CommandAnswer GiveUp(FailExecution c)
    {
        if (state.Status.IsTerminal()) return new CommandAnswer(false, "already_ended", "The execution has ended.");
        StopEverything("execution_failed", c.Error.Message);
        Emit(new ExecutionFailed { Error = BoundedError(c.Error), Totals = Totals() });
        return CommandAnswer.Done;
    }

    private void StopEverything(string reason, string? detail)
    {
        foreach (var stage in plan.Stages)
        {
            foreach (var s in state.InstancesOf(stage.Id).Append(StageOf(stage)))
            {
                if (s.Undo == "running")
                {
                    effects.Add(new StopAttempt(s.Key, s.Attempt));
                    Emit(s, new StageUndoFailed { Error = new StageError(reason, "The execution was given up.") }, s.Attempt, s.Iteration);
                }

                if (s.Status.IsTerminal()) continue;
                if (s.InAttempt) effects.AddRange(StopEffects(s, null, detail));
                EmitEnd(s, new StageCancelled { Reason = reason });
            }
        }

        ready = new Readiness(plan);
        toConsider.Clear();
    }

    private IEnumerable<Effect> StopEffects(StageState s, string? by, string? reason)
    {
        if (s.Child is { } child) yield return new CancelChild(child, by, reason);
        else if (s.Status == StageStatus.Running && !PlanOf(s).IsSlotless) yield return new StopAttempt(s.Key, s.Attempt);
    }
}
