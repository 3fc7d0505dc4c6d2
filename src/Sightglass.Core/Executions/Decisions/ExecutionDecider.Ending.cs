using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions.Decisions;

/// <content>How an execution comes to its end.</content>
internal sealed partial class ExecutionDecider
{
    /// <summary>A stage has failed for good and the policy is not to go on: nothing new but what is there for failures.</summary>
    private void BeginFailing()
    {
        failing = true;
        foreach (var stage in plan.Stages)
        {
            var s = StageOf(stage);
            if (stage.HandlesFailure || s.Status.IsTerminal()) continue;
            if (ready.FanOuts[stage.Index] is { } fan)
            {
                SkipRestOf(stage, fan);
                EndFanOut(stage, s);
            }
            else if (!IsWorking(stage, s))
            {
                EndIdle(s, "execution_failed", firstFailure?.Key);
                Ended(stage, s);
            }
        }
    }

    /// <summary>Tells whether an attempt runs that does something. One that only waits can be ended at once.</summary>
    private static bool IsWorking(StagePlan stage, StageState s) => s.InAttempt && stage.Type != "wait";

    /// <summary>Ends a stage or an instance at which nobody works: skipped, or cancelled where it ran in this turn.</summary>
    private void EndIdle(StageState s, string reason, string? detail)
    {
        if (s.InAttempt) ready.Open--;
        if (s.StartedAt is null) Emit(s, new StageSkipped { Reason = reason, Detail = Bounded(detail) });
        else EmitEnd(s, new StageCancelled { Reason = reason });
    }

    /// <summary>Records an end with the attempt it belongs to: none where nothing ran in this turn.</summary>
    private void EmitEnd(StageState s, StageCancelled data)
    {
        var ran = s.StartedAt is not null;
        Emit(s, data, ran ? s.Attempt : 0, ran ? s.Iteration : 0);
    }

    /// <summary>A branch chose to finish: what has not started will not, what runs is told to stop.</summary>
    private void BeginFinish()
    {
        finishing = true;
        StopUnfinished("early_exit", null, "A branch finished the execution.");
    }

    /// <summary>Ends at once what has no worker, and tells the rest to stop.</summary>
    private void StopUnfinished(string reason, string? by, string? why)
    {
        foreach (var stage in plan.Stages)
        {
            foreach (var instance in state.InstancesOf(stage.Id)) StopOne(stage, instance, reason, by, why);
            var s = StageOf(stage);
            if (s.Status.IsTerminal()) continue;
            if (ready.FanOuts[stage.Index] is null) StopOne(stage, s, reason, by, why);
            else EndFanOut(stage, s);
        }

        ready.ToUndo.Clear();
        ready.Held.Clear();
    }

    private void StopOne(StagePlan stage, StageState s, string reason, string? by, string? why)
    {
        if (s.Status.IsTerminal())
        {
            if (s.Undo == "running") effects.Add(new StopAttempt(s.Key, s.Attempt));
            return;
        }

        if (IsWorking(stage, s))
        {
            effects.AddRange(StopEffects(s, by, why));
            return;
        }

        if (s.Index >= 0) ready.FanOuts[stage.Index]!.Unended--;
        if (reason == "early_exit")
        {
            EndIdle(s, reason, null);
        }
        else
        {
            if (s.InAttempt) ready.Open--;
            EmitEnd(s, new StageCancelled { Reason = reason });
        }

        if (s.Index < 0) Ended(stage, s);
    }

    /// <summary>The grace is over and its attempts still have not answered: they are given up as lost.</summary>
    private void GiveUpUnreachable()
    {
        foreach (var stage in plan.Stages)
        {
            foreach (var s in state.InstancesOf(stage.Id).Append(StageOf(stage)))
            {
                if (s.Undo == "running")
                {
                    ready.Open--;
                    Emit(s, new StageUndoFailed { Error = new StageError("unreachable", "The worker did not answer in time.") }, s.Attempt, s.Iteration);
                }

                if (!s.InAttempt) continue;
                ready.Open--;
                Emit(s, new StageCancelled { Reason = "unreachable" }, s.Attempt, s.Iteration);
                EndOne(stage, s);
            }
        }
    }

    private void CheckEnd()
    {
        if (state.Status.IsTerminal() || ready.Open > 0) return;
        if (ready.Unended > 0 && !state.Cancelling) return;
        if (state.Cancelling)
        {
            if (ready.Unended == 0) Emit(new ExecutionCancelled { Reason = state.Reason, Totals = Totals() });
        }
        else if (finishing)
        {
            Emit(new ExecutionCompleted { Result = "early_exit", Output = FinishOutput(), Totals = Totals() });
        }
        else if (firstFailure is not null)
        {
            EndFailed();
        }
        else
        {
            Emit(new ExecutionCompleted { Output = OutputOf(plan.Sinks), Totals = Totals() });
        }
    }

    private void EndFailed()
    {
        if (plan.Definition.OnFailure == FailurePolicy.Rollback && !ready.RollingBack)
        {
            ready.RollingBack = true;
            ready.ToUndo.AddRange(Undoable());
        }

        if (ready.ToUndo.Count > 0) return;
        Emit(new ExecutionFailed { Error = firstFailure!.Error, FailedStage = firstFailure.Key, Totals = Totals() });
    }

    /// <summary>Gives the completed stages that can be undone, the one that ended last at the end.</summary>
    private IEnumerable<string> Undoable() => plan.Stages.Where(p => p.Undo is not null)
        .SelectMany(p => p.ForEach is null ? [StageOf(p)] : state.InstancesOf(p.Id))
        .Where(s => s.Status == StageStatus.Completed && s.Undo is null).OrderBy(s => s.EndedSeq).Select(s => s.Key);

    private void RebuildRollback()
    {
        if (plan.Definition.OnFailure != FailurePolicy.Rollback || ready.Unended > 0 || !failing || state.Cancelling) return;
        ready.RollingBack = true;
        ready.ToUndo.AddRange(Undoable());
    }

    /// <summary>The output of an execution that a branch finished: what came into that branch.</summary>
    private Payload FinishOutput()
    {
        var branch = plan.Stages.Where(p => Finishes(p, StageOf(p))).MinBy(p => StageOf(p).EndedSeq)!;
        var named = branch.Leaves.Where(l => l.Kind == TriggerLeafKind.Completed).Select(l => plan.Index[l.Stage!]);
        return OutputOf([.. branch.Needs.Concat(named).Distinct()]);
    }

    private Payload OutputOf(IReadOnlyList<int> stages)
    {
        var completed = stages.Select(i => state.Stages[i]).Where(s => s.Status == StageStatus.Completed).ToList();
        if (stages.Count == 1 || completed.Count == 1) return completed.Count == 1 ? completed[0].Output ?? Payload.Null : Payload.Null;
        // More than one value may have: what is stored apart stays apart, and the map names it.
        var isLarge = completed.Sum(s => s.Output?.Bytes ?? 0) > ExecutionLimits.MaxOutputBytes;
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, EventJson.WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var s in completed)
            {
                writer.WritePropertyName(s.Id);
                if (s.Output is null) writer.WriteNullValue();
                else if (isLarge && !s.Output.IsInline) s.Output.WriteTo(writer);
                else if (s.Output.IsInline) writer.WriteRawValue(s.Output.Json.Span, skipInputValidation: true);
                else values.Get(s.Output).WriteJson(writer);
            }

            writer.WriteEndObject();
        }

        return Payload.FromJson(output.WrittenMemory);
    }

    private ExecutionTotals Totals()
    {
        var counts = state.CountStages();
        var from = state.StartedAt ?? state.CreatedAt;
        return new ExecutionTotals(counts.Completed, counts.Skipped, counts.Failed, state.Cost, Math.Round((now - from).TotalMilliseconds, 3));
    }
}
