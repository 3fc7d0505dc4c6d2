using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Expressions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions.Decisions;

/// <content>What people, other systems and the clock ask for.</content>
internal sealed partial class ExecutionDecider
{
    private static readonly CommandAnswer HasEnded = new(false, "already_ended", "The execution has ended.");

    private CommandAnswer Stop(Cancel c)
    {
        if (state.Status.IsTerminal()) return HasEnded;
        if (state.Cancelling) return new CommandAnswer(true, "cancelling", "It is being cancelled already.");
        Emit(new ExecutionCancelling { By = c.By, Reason = Bounded(c.Reason), Deadline = now + c.Grace + ExecutionLimits.CancelPatience });
        StopUnfinished("execution_cancelled", c.By, c.Reason);
        return CommandAnswer.Done;
    }

    private CommandAnswer Hold(Pause c)
    {
        if (state.Status.IsTerminal()) return HasEnded;
        if (state.Cancelling) return new CommandAnswer(false, "cancelling", "It is being cancelled.");
        if (state.Status == ExecutionStatus.Paused) return new CommandAnswer(true, "paused", "It is paused already.");
        Emit(new ExecutionPaused { By = c.By, Reason = Bounded(c.Reason) });
        return CommandAnswer.Done;
    }

    private CommandAnswer GoOn(Resume c)
    {
        if (state.Status.IsTerminal()) return HasEnded;
        if (state.Status != ExecutionStatus.Paused) return new CommandAnswer(true, "not_paused", "It is not paused.");
        if (state.Stop is { } stop) return Release(stop, "continue", c.By);
        Emit(new ExecutionResumed { By = c.By });
        return CommandAnswer.Done;
    }

    private CommandAnswer Enter()
    {
        if (!state.AwaitsGroup) return new CommandAnswer(false, "not_waiting", "It does not wait for a slot of a concurrency group.");
        if (state.Status == ExecutionStatus.Paused) return new CommandAnswer(false, "paused", "It is paused.");
        Begin();
        return CommandAnswer.Done;
    }

    /// <summary>Starts the next turn: what failed, was cancelled, was undone or never ran for that, and all that depends on it.</summary>
    private CommandAnswer Reopen(Retry c)
    {
        if (!state.Status.IsTerminal()) return new CommandAnswer(false, "still_running", "It has not ended: cancel it first, or wait.");
        if (state.Status == ExecutionStatus.Completed) return new CommandAnswer(false, "nothing_failed", "Nothing failed; start the pipeline again for another run.");
        if (state.Created.Parent is not null) return new CommandAnswer(false, "child_of_ended_parent", "It is a child execution: retry its parent.");
        var over = new HashSet<int>();
        var open = new Queue<int>();
        foreach (var stage in plan.Stages)
        {
            var s = StageOf(stage);
            if (s.Status is StageStatus.Failed or StageStatus.Cancelled || s.Undo is not null || !s.Status.IsTerminal()
                || (s.Status == StageStatus.Skipped && s.Reason is "execution_failed" or "execution_cancelled" or "dependency_failed")
                || state.InstancesOf(stage.Id).Any(i => i.Undo is not null))
                open.Enqueue(stage.Index);
        }

        while (open.TryDequeue(out var index))
        {
            if (!over.Add(index)) continue;
            foreach (var dependent in plan.Stages[index].Dependents) open.Enqueue(dependent);
        }

        var keys = new List<string>();
        foreach (var index in over.Order())
        {
            var stage = plan.Stages[index];
            keys.Add(stage.Id);

            // Items that completed keep their result, unless what the list is made from starts over as well.
            var fresh = stage.DependsOn.Exists(over.Contains);
            keys.AddRange(state.KnownInstancesOf(stage.Id).Where(i => fresh || i.Status != StageStatus.Completed || i.Undo is not null).Select(i => i.Key));
        }

        if (keys.Count == 0) return new CommandAnswer(false, "nothing_failed", "Nothing failed; start the pipeline again for another run.");

        // Many keys do not fit into one event; those that follow carry the same turn and the rest.
        var turn = state.Turn + 1;
        foreach (var part in keys.Chunk(ExecutionLimits.MaxReopenedKeys)) Emit(new ExecutionReopened { By = c.By, Turn = turn, Stages = part });
        Rebuild();

        // It was cancelled while it finished early: the branch has decided, and that is all there is to go on with.
        if (finishing) StopUnfinished("early_exit", null, null);
        return CommandAnswer.Done;
    }

    private CommandAnswer Answer(AnswerApproval c)
    {
        if (state.Status.IsTerminal()) return HasEnded;
        var s = state.Find(c.Stage);
        if (s is null) return new CommandAnswer(false, "stage_not_found", $"There is no stage '{c.Stage}'.");
        IReadOnlyList<string>? others = null;
        foreach (var (leaf, fact) in s.OpenApprovals().ToArray())
        {
            var asked = fact.Asked ?? [];
            if (c.May is null || c.May(asked))
            {
                AnswerLeaf(PlanOf(s), s, leaf, c.Granted, c.By, c.Comment);
                return CommandAnswer.Done;
            }

            others ??= asked;
        }

        if (others is null) return new CommandAnswer(false, "no_approval_open", $"Stage '{c.Stage}' does not wait for an approval.");
        var named = others.Count == 0 ? "whoever may run the pipeline" : ExecutionLimits.Cut(string.Join(", ", others), 200);
        return new CommandAnswer(false, "approval_forbidden", $"The approval of stage '{c.Stage}' is for {named} to answer.");
    }

    private void AnswerLeaf(StagePlan stage, StageState s, int leaf, bool granted, string? by, string? comment)
    {
        if (granted) Emit(s, new ApprovalGranted { Trigger = leaf, By = by, Comment = Bounded(comment) });
        else Emit(s, new ApprovalRejected { Trigger = leaf, By = by, Comment = Bounded(comment) });
        if (!s.InAttempt)
        {
            JudgedTreeOf(stage, s)!.Set(leaf, granted ? Verdict.HoldsOutside : Verdict.Rejected);
            toConsider.Add(stage.Index);
            return;
        }

        var duration = (now - (s.StartedAt ?? now)).TotalMilliseconds;
        EndWait(s, granted ? StageResult.Completed("{}"u8.ToArray()) : StageResult.Failed(ErrorCodes.ApprovalRejected, WhyRejected(by), Bounded(comment)), duration);
    }

    // Where nobody logs in there is no name to give.
    private static string WhyRejected(string? by) => by switch
    {
        "timeout" => "Nobody approved in time.",
        null => "The approval was rejected.",
        _ => $"Rejected by {by}.",
    };

    private CommandAnswer Deliver(DeliverEvent c)
    {
        if (state.Status.IsTerminal() || state.Cancelling) return HasEnded;
        var matched = 0;
        foreach (var (index, leaf) in plan.Listeners.GetValueOrDefault(c.EventType) ?? [])
        {
            var stage = plan.Stages[index];
            var s = StageOf(stage);
            if (leaf < 0)
            {
                foreach (var waiting in state.InstancesOf(stage.Id).Append(s)) matched += DeliverToWait(stage, waiting, c) ? 1 : 0;
            }
            else if (AwaitsTrigger(s) && JudgedTreeOf(stage, s) is { } tree && !tree.IsMoot(leaf))
            {
                var holds = Matches(s, stage.Leaves[leaf].Condition, c.Data, out var why);
                Record(s, leaf, "event", holds, why, c.Data);
                if (!holds) continue;
                tree.Set(leaf, Verdict.HoldsOutside);
                matched++;
                toConsider.Add(stage.Index);
            }
        }

        return matched > 0 ? CommandAnswer.Done : new CommandAnswer(false, "no_trigger_matched", "Nothing waits for this event.");
    }

    private bool DeliverToWait(StagePlan stage, StageState s, DeliverEvent c)
    {
        if (!s.InAttempt) return false;
        var holds = Matches(s, stage.WaitWhere, c.Data, out var why);
        Record(s, stage.OwnLeaf, "event", holds, why, c.Data);
        if (!holds) return false;
        var output = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(output, EventJson.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("event"u8);
            values.Get(c.Data).WriteJson(writer);
            writer.WriteEndObject();
        }

        EndWait(s, StageResult.Completed(output.WrittenMemory), (now - (s.StartedAt ?? now)).TotalMilliseconds);
        return true;
    }

    private bool Matches(StageState s, CelExpression? where, Payload data, out string why)
    {
        if (where is null)
        {
            why = "the event arrived";
            return true;
        }

        why = Said(where, where.Evaluate(scopes.ForEvent(s, data)), out var holds);
        return holds;
    }

    private void EndWait(StageState s, StageResult result, double duration) =>
        Finish(new FinishAttempt(now, s.Key, s.Attempt, result, duration, 0));

    private CommandAnswer Tick(TimerDue c)
    {
        if (state.Status.IsTerminal()) return HasEnded;
        var due = ready.TakeDue(now);
        foreach (var s in InPlanOrder(due.Keys))
        {
            foreach (var number in due[s.Key])
            {
                if (s.Status.IsTerminal()) break;
                if (number < Readiness.Stage) TickFact(PlanOf(s), s, number);
                else if (s.InAttempt) TickAttempt(PlanOf(s), s, c);
                else if (s.WaitingFor is "retry" or "repeat" && s.Due <= now) Queue(PlanOf(s), s);
            }
        }

        if (state.CancelDeadline is { } deadline && deadline <= now) GiveUpUnreachable();
        return CommandAnswer.Done;
    }

    private void TickAttempt(StagePlan stage, StageState s, TimerDue c)
    {
        if (!stage.IsSlotless) return;
        var duration = (now - (s.StartedAt ?? now)).TotalMilliseconds;
        if (stage.Type == "wait" && s.WaitingFor == "timer" && s.Due <= now)
        {
            EndWait(s, StageResult.Completed("{}"u8.ToArray()), duration);
            return;
        }

        if (TimeoutOf(stage, s) is not { } limit || limit > now) return;
        if (s.Child is { } child) effects.Add(new CancelChild(child, null, "The stage that started it timed out."));
        Finish(new FinishAttempt(c.Now, s.Key, s.Attempt, StageResult.Failed(ErrorCodes.Timeout, $"It took longer than {new Definitions.Duration(stage.Timeout!.Value)}."), duration, c.Jitter));
    }
}
