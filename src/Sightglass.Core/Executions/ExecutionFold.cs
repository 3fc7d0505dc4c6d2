using System.Globalization;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Executions;

/// <content>The fold: what each event does to the state. Unknown types change nothing but the sequence.</content>
public sealed partial class ExecutionState
{
    // In the order of the plan: rows name the first with every commit, and there may be thousands.
    private static readonly Comparer<StageState> PlanOrder = Comparer<StageState>.Create(static (a, b) => a.Position != b.Position ? a.Position.CompareTo(b.Position) : a.Index.CompareTo(b.Index));

    private StageCounts counts;
    private SortedSet<StageState>? asking;

    /// <summary>Applies the next event.</summary>
    public void Apply(ExecutionEvent e)
    {
        LastSeq = e.Seq;
        LastTime = e.Time;
        if (!e.Data.IsDecision) return;
        switch (e.Data)
        {
            case ExecutionCreated data: ApplyCreated(e, data); break;
            case ExecutionStarted: Status = ExecutionStatus.Running; StartedAt = e.Time; break;
            case ExecutionPaused data: Status = ExecutionStatus.Paused; Reason = data.Reason; break;
            case ExecutionResumed: Status = StartedAt is null ? ExecutionStatus.Queued : ExecutionStatus.Running; Reason = null; break;
            case ExecutionCancelling data: ApplyCancelling(data); break;
            case ExecutionCompleted data: End(e, ExecutionStatus.Completed, data.Result, data.Totals); Output = data.Output; break;
            case ExecutionFailed data: ApplyFailed(e, data); break;
            case ExecutionCancelled data: End(e, ExecutionStatus.Cancelled, "cancelled", data.Totals); Reason = data.Reason ?? Reason; break;
            case ExecutionReopened data: ApplyReopened(data); break;
            case BreakpointSet when e.Stage is not null: Breakpoints = Breakpoints.Add(e.Stage); break;
            case BreakpointCleared when e.Stage is not null: Breakpoints = Breakpoints.Remove(e.Stage); break;
            case UnknownData: break;
            default:
                if (e.Stage is not null && byKey.TryGetValue(e.Stage, out var stage)) ApplyStage(stage, e);
                break;
        }
    }

    /// <summary>Counts the reports behind the last decision.</summary>
    internal void CatchUp(long last, DateTimeOffset? time = null)
    {
        LastSeq = Math.Max(LastSeq, last);
        if (time > LastTime) LastTime = time.Value;
    }

    /// <summary>Counts a report, which changes nothing else.</summary>
    internal void Advance(DateTimeOffset time)
    {
        LastSeq++;
        LastTime = time;
    }

    private void ApplyStage(StageState stage, ExecutionEvent e)
    {
        var before = stage.Status;
        switch (e.Data)
        {
            case StageQueued: ApplyQueued(stage, e); break;
            case StageWaiting data: TriggerFold.Wait(stage, data); break;
            case StageStarted data: ApplyStarted(stage, e, data); break;
            case StageExpanded data: ApplyExpanded(stage, e, data); break;
            case StageCompleted data: ApplyCompleted(stage, e, data); break;
            case StageFailed data: ApplyStageFailed(stage, e, data); break;
            case StageSkipped data: EndStage(stage, e, StageStatus.Skipped); stage.Reason = data.Reason; break;
            case StageCancelled data: EndStage(stage, e, StageStatus.Cancelled); stage.Reason = data.Reason; stage.Duration = data.Duration ?? stage.Duration; break;
            case StageUndoStarted: stage.Undo = "running"; break;
            case StageUndoCompleted: stage.Undo = "completed"; break;
            case StageUndoFailed: stage.Undo = "failed"; break;
            case TriggerEvaluated data: TriggerFold.Evaluate(stage, e.Time, data); break;
            case ApprovalRequested data: TriggerFold.Ask(stage, e.Time, data); break;
            case ApprovalGranted data: TriggerFold.Answer(stage, e.Time, data.Trigger, true, data.By); break;
            case ApprovalRejected data: TriggerFold.Answer(stage, e.Time, data.Trigger, false, data.By); break;
            case ApprovalWithdrawn data: TriggerFold.Withdraw(stage, e.Time, data.Trigger, data.Reason); break;
            case DebugPaused: ApplyStop(stage, e); break;
            case DebugResumed data: ApplyGoOn(stage, data); break;
        }

        if (stage.Index < 0 && before != stage.Status) counts = Move(counts, before, stage.Status);
        NoteAsking(stage);
    }

    private void NoteAsking(StageState stage)
    {
        if (stage.OpenApprovalCount > 0) (asking ??= new SortedSet<StageState>(PlanOrder)).Add(stage);
        else asking?.Remove(stage);
    }

    private void ApplyCreated(ExecutionEvent e, ExecutionCreated data)
    {
        Id = e.ExecutionId;
        Created = data;
        Status = ExecutionStatus.Queued;
        CreatedAt = e.Time;
        ApplyBreakpoints(data);
        if (data.Plan.IsInline) ApplyPlan(data.Plan.Json.Span);
    }

    /// <summary>Adds the stages of the plan. A small plan stands in <c>execution.created</c>; a large one is stored by hash, and
    /// whoever folds fetches it and gives it here right after that event.</summary>
    public void ApplyPlan(ReadOnlySpan<byte> plan)
    {
        if (planned.Count > 0 || plan is [] or [(byte)'n', ..]) return;
        var stages = PlanReader.Stages(plan);
        planned.EnsureCapacity(stages.Count);
        byKey.EnsureCapacity(stages.Count);
        foreach (var (id, name, type) in stages) AddPlanned(id, name, type);
    }

    private void AddPlanned(string id, string name, string type)
    {
        var stage = new StageState(id, id, name, type, planned.Count + 1);
        planned.Add(stage);
        byKey[id] = stage;
        counts = counts with { Total = counts.Total + 1, Pending = counts.Pending + 1 };
    }

    private void ApplyCancelling(ExecutionCancelling data)
    {
        Cancelling = true;
        CancelDeadline = data.Deadline;
        Reason = data.Reason;
        LeaveStop();
        if (Status == ExecutionStatus.Paused) Status = StartedAt is null ? ExecutionStatus.Queued : ExecutionStatus.Running;
    }

    private void ApplyFailed(ExecutionEvent e, ExecutionFailed data)
    {
        End(e, ExecutionStatus.Failed, "failed", data.Totals);
        Error = data.Error;
        FailedStage = data.FailedStage;
    }

    private void End(ExecutionEvent e, ExecutionStatus status, string result, ExecutionTotals? totals)
    {
        Status = status;
        EndedAt = e.Time;
        Result = result;
        Totals = totals;
        Cancelling = false;
        CancelDeadline = null;
        LeaveStop();
    }

    private void ApplyReopened(ExecutionReopened data)
    {
        Turn = data.Turn;
        Status = ExecutionStatus.Queued;
        StartedAt = null;
        EndedAt = null;
        Result = null;
        Output = null;
        Error = null;
        FailedStage = null;
        Totals = null;
        Reason = null;
        foreach (var key in data.Stages)
        {
            if (byKey.TryGetValue(key, out var stage)) StartOver(stage);
        }
    }

    private void StartOver(StageState stage)
    {
        if (stage.Index < 0) counts = Move(counts, stage.Status, StageStatus.Pending);
        stage.Status = StageStatus.Pending;
        stage.Tries = 0;
        stage.Losses = 0;
        stage.Crashes = 0;
        stage.Iteration = 0;
        stage.RepeatPending = false;
        stage.QueuedAt = null;
        stage.StartedAt = null;
        stage.EndedAt = null;
        stage.EndedSeq = 0;
        stage.Duration = null;
        stage.Lost = false;
        stage.Output = null;
        stage.Error = null;
        stage.Reason = null;
        stage.WaitingFor = null;
        stage.Due = null;
        stage.Child = null;
        stage.Count = null;
        stage.Items = null;
        stage.Undo = null;
        if (stage.HasFacts) stage.Facts.Clear();
        stage.OpenApprovalCount = 0;
        NoteAsking(stage);
    }

    private static void ApplyQueued(StageState stage, ExecutionEvent e)
    {
        stage.Status = StageStatus.Queued;
        stage.QueuedAt = e.Time;
        stage.QueuedSeq = e.Seq;
        stage.WaitingFor = null;
        stage.Due = null;
        TriggerFold.Close(stage);
    }

    private void ApplyStarted(StageState stage, ExecutionEvent e, StageStarted data)
    {
        stage.Status = StageStatus.Running;
        stage.Attempt = e.Attempt;
        stage.Iteration = e.Iteration;
        stage.Tries++;
        stage.InAttempt = true;
        stage.Lost = false;
        if (Released == stage.Key) Released = null;
        stage.RepeatPending = false;
        stage.StartedAt = e.Time;
        stage.EndedAt = null;
        stage.Worker = data.Worker;
        stage.Input = data.Input;
        stage.Personality = data.Personality;
        stage.Child = data.Child;
        stage.Due = data.Until;
        stage.WaitingFor = null;
        stage.Reason = null;
        TriggerFold.Close(stage);
        CurrentStage = stage.Position;
        if (stage.Index >= 0) MarkRunning(planned[stage.Position - 1], e);
    }

    private void ApplyExpanded(StageState stage, ExecutionEvent e, StageExpanded data)
    {
        stage.Count = data.Count;
        stage.Items = data.Items;
        stage.QueuedAt ??= e.Time;
        stage.Status = StageStatus.Queued;
        stage.WaitingFor = null;
        stage.Due = null;
        TriggerFold.Close(stage);
        var list = new List<StageState>(data.Count);
        byKey.EnsureCapacity(byKey.Count + data.Count);
        for (var i = 0; i < data.Count; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{stage.Id}[{i}]");
            var instance = byKey.TryGetValue(key, out var old) ? old : new StageState(key, stage.Id, stage.Name, stage.Type, stage.Position) { Index = i };
            byKey[key] = instance;
            list.Add(instance);
        }

        instances[stage.Id] = list;
    }

    private void MarkRunning(StageState parent, ExecutionEvent e)
    {
        if (parent.Status == StageStatus.Running) return;
        counts = Move(counts, parent.Status, StageStatus.Running);
        parent.Status = StageStatus.Running;
        parent.StartedAt = e.Time;
    }

    private void ApplyCompleted(StageState stage, ExecutionEvent e, StageCompleted data)
    {
        AddUsage(stage, data.Cost, data.Tokens, data.Resources, data.Duration);
        stage.Output = data.Output;
        stage.Error = null;
        stage.Lost = false;
        stage.Crashes = 0;
        if (data.WillRepeat)
        {
            stage.Status = StageStatus.Waiting;
            stage.WaitingFor = "repeat";
            stage.RepeatPending = true;
            stage.Due = data.RepeatAt;
            stage.Tries = 0;
            return;
        }

        EndStage(stage, e, StageStatus.Completed);
    }

    private void ApplyStageFailed(StageState stage, ExecutionEvent e, StageFailed data)
    {
        AddUsage(stage, data.Cost, data.Tokens, data.Resources, data.DurationUntil(e.Time, stage.StartedAt));
        stage.Lost = data.IsLost;
        stage.Error = data.Error;
        stage.Output = data.Output;
        if (data.Lost)
        {
            stage.Losses++;
            stage.Tries--;
            if (data.Error?.Code == ErrorCodes.WorkerDied) stage.Crashes++;
        }
        else
        {
            stage.Crashes = 0;
        }

        if (data.WillRetry)
        {
            stage.Status = StageStatus.Waiting;
            stage.WaitingFor = "retry";
            stage.Due = data.RetryAt;
            return;
        }

        EndStage(stage, e, StageStatus.Failed);
    }

    private void AddUsage(StageState stage, decimal? cost, Stages.TokenUsage? tokens, Stages.ResourceUsage? resources, double duration)
    {
        stage.InAttempt = false;
        TriggerFold.Close(stage);
        stage.Duration = duration;
        stage.Tokens = tokens;
        stage.Resources = resources;
        if (tokens is not null) Tokens = new Stages.TokenUsage((Tokens?.Input ?? 0) + tokens.Input, (Tokens?.Output ?? 0) + tokens.Output);
        if (cost is null) return;
        stage.Cost = (stage.Cost ?? 0) + cost;
        Cost += cost.Value;
    }

    private void EndStage(StageState stage, ExecutionEvent e, StageStatus status)
    {
        if (Released == stage.Key) Released = null;
        stage.Status = status;
        stage.InAttempt = false;
        stage.EndedAt = e.Time;
        stage.EndedSeq = e.Seq;
        stage.WaitingFor = null;
        stage.Due = null;
        TriggerFold.Close(stage);
    }

    private static StageCounts Move(StageCounts c, StageStatus from, StageStatus to) => Add(Add(c, from, -1), to, 1);

    private static StageCounts Add(StageCounts c, StageStatus status, int by) => status switch
    {
        StageStatus.Completed => c with { Completed = c.Completed + by },
        StageStatus.Failed => c with { Failed = c.Failed + by },
        StageStatus.Running => c with { Running = c.Running + by },
        StageStatus.Skipped or StageStatus.Cancelled => c with { Skipped = c.Skipped + by },
        _ => c with { Pending = c.Pending + by },
    };
}
