using System.Globalization;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Expressions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions.Decisions;

/// <content>When a stage may start, and what becomes of one that may not.</content>
internal sealed partial class ExecutionDecider
{
    private void Consider(StagePlan stage)
    {
        var s = StageOf(stage);
        if (!AwaitsTrigger(s) || state.Cancelling || finishing) return;
        if (failing && !stage.HandlesFailure)
        {
            Skip(stage, s, "execution_failed", firstFailure?.Key);
            return;
        }

        var tree = TreeOf(stage, s);
        var branch = Verdict.Holds;
        var verdict = Judge(stage, s, tree, ref branch, out var cause);
        if (verdict is Verdict.Skipped or Verdict.Never && tree is not null) DropAll(s, "not needed any more: the stage does not run");
        switch (verdict)
        {
            case Verdict.Holds: MakeReady(stage, s); break;
            case Verdict.Skipped: Skip(stage, s, cause.Reason ?? "dependency_skipped", cause.Detail); break;
            case Verdict.Rejected: FailUnstarted(stage, s, RejectionOf(s)); break;
            case Verdict.Never: Skip(stage, s, cause.Reason ?? "trigger_impossible", cause.Detail); break;
            default:
                if (tree is not null) AskOutside(stage, s, tree, branch);
                break;
        }
    }

    /// <summary>Tells whether the stage has not been made ready yet in this turn.</summary>
    private static bool AwaitsTrigger(StageState s) =>
        s.Status == StageStatus.Pending
        || (s.Status is StageStatus.Waiting or StageStatus.Blocked && !s.InAttempt && s.WaitingFor is not ("retry" or "repeat" or DebugStop.WaitingFor));

    private Verdict Judge(StagePlan stage, StageState s, TriggerTree? tree, ref Verdict branch, out (string? Reason, string? Detail) cause)
    {
        cause = default;
        if (ready.BadNeeds[stage.Index] > 0)
        {
            cause = ("dependency_failed", FirstBadNeed(stage));
            return Verdict.Never;
        }

        branch = JudgeBranches(stage, ref cause);
        if (branch is Verdict.Skipped or Verdict.Never) return branch;
        if (tree is not null)
        {
            JudgeLeaves(s, tree);
            CancelUnneeded(s, tree);
        }

        var verdict = Combine(stage, branch, tree?[TriggerWorld.Real] ?? Verdict.HoldsOutside);
        if (verdict is not (Verdict.Skipped or Verdict.Never)) return verdict;
        if (tree is not null && CauseOf(s, tree) is { Reason: not null } found) cause = found;
        if (verdict == Verdict.Skipped && cause.Reason is null) cause = ("dependency_skipped", stage.Needs.Count > 0 ? plan.Stages[stage.Needs[0]].Id : null);
        return verdict;
    }

    /// <summary>Needs, branch and trigger must all hold. What was skipped is neither for nor against, as long as another stage is for.</summary>
    private Verdict Combine(StagePlan stage, Verdict branch, Verdict trigger)
    {
        if (trigger is Verdict.Never or Verdict.Rejected) return trigger;
        if (ready.OpenNeeds[stage.Index] > 0 || branch == Verdict.Pending || trigger == Verdict.Pending) return Verdict.Pending;
        var holds = trigger == Verdict.Holds || ready.MetNeeds[stage.Index] > 0 || stage.Branches.Count > 0;
        if (!holds && (stage.Needs.Count > 0 || trigger == Verdict.Skipped)) return Verdict.Skipped;
        return trigger == Verdict.PendingOutside ? trigger : Verdict.Holds;
    }

    private Verdict JudgeBranches(StagePlan stage, ref (string? Reason, string? Detail) cause)
    {
        if (stage.Branches.Count == 0) return Verdict.Holds;
        var pending = false;
        foreach (var index in stage.Branches)
        {
            var branch = state.Stages[index];
            if (!branch.Status.IsTerminal()) pending = true;
            else if (branch.Status == StageStatus.Completed && TakenBy(branch) == stage.Id) return Verdict.Holds;
            else cause = branch.Status switch
            {
                StageStatus.Completed => ("branch_not_taken", branch.Id),
                StageStatus.Skipped => ("dependency_skipped", branch.Id),
                _ => ("dependency_failed", branch.Id),
            };
        }

        return pending ? Verdict.Pending : cause.Reason == "dependency_failed" ? Verdict.Never : Verdict.Skipped;
    }

    private string? TakenBy(StageState branch) =>
        values.Get(branch.Output).TryGetMember("taken", out var taken) && taken.Kind == CelKind.String ? taken.AsString : null;

    private void MakeReady(StagePlan stage, StageState s)
    {
        if (stage.When is not null)
        {
            var result = stage.When.Evaluate(scopes.For(s));
            if (result.IsError || result.Value.Kind != CelKind.Bool)
            {
                FailUnstarted(stage, s, ExpressionError("when", stage.When.Text, result));
                return;
            }

            if (!result.Value.AsBool)
            {
                Skip(stage, s, "condition_false", stage.When.Text);
                return;
            }
        }

        if (stage.ForEach is not null) Expand(stage, s);
        else Queue(stage, s);
    }

    private void Queue(StagePlan stage, StageState s)
    {
        if (stage.IsSlotless)
        {
            ready.Held.Add(s.Key);
            return;
        }

        var lane = LaneOf(stage);
        var name = lane.ToString().ToLowerInvariant();
        Emit(s, new StageQueued { Priority = name, Lane = name });
        ready.Queue(s.Key, lane);
    }

    private void Expand(StagePlan stage, StageState s)
    {
        var rendered = stage.ForEach!.Render(() => scopes.For(s), out var error);
        if (rendered is null)
        {
            FailUnstarted(stage, s, new StageError(ErrorCodes.ExpressionFailed, "forEach: " + error!.Message));
            return;
        }

        var items = Payload.FromJson(rendered.Json);
        var count = CountItems(rendered.Json.Span);
        if (count is null or > ExecutionLimits.MaxItems)
        {
            FailUnstarted(stage, s, new StageError(ErrorCodes.ItemsInvalid, count is null ? "forEach must give a list; change the expression to one." : $"forEach gave {count} items; the most is {ExecutionLimits.MaxItems}."));
            return;
        }

        Emit(s, new StageExpanded { Count = count.Value, Items = items });
        RebuildFanOut(stage, []);
        QueueInstances(stage, s);
        EndFanOut(stage, s);
    }

    private static int? CountItems(ReadOnlySpan<byte> json)
    {
        var reader = new System.Text.Json.Utf8JsonReader(json, new System.Text.Json.JsonReaderOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
        if (!reader.Read() || reader.TokenType != System.Text.Json.JsonTokenType.StartArray) return null;
        var count = 0;
        while (reader.Read() && reader.TokenType != System.Text.Json.JsonTokenType.EndArray)
        {
            count++;
            reader.Skip();
        }

        return count;
    }

    private void Skip(StagePlan stage, StageState s, string reason, string? detail)
    {
        Emit(s, new StageSkipped { Reason = reason, Detail = Bounded(detail) });
        Ended(stage, s);
    }

    /// <summary>Fails a stage that could not even start.</summary>
    private void FailUnstarted(StagePlan stage, StageState s, StageError error)
    {
        Emit(s, new StageFailed { Error = BoundedError(error) });
        Ended(stage, s);
    }

    /// <summary>Passes the end of a stage of the plan on to what depends on it.</summary>
    private void Ended(StagePlan stage, StageState s)
    {
        ready.Unended--;
        CountEnd(stage, s);
        if (s.Status == StageStatus.Failed) firstFailure ??= s;
        if (!state.Cancelling && !finishing && !failing)
        {
            if (Finishes(stage, s)) BeginFinish();
            else if (s.Status == StageStatus.Failed && plan.Definition.OnFailure != Definitions.FailurePolicy.Continue) BeginFailing();
        }

        foreach (var (watcher, leaf) in stage.WatchedBy) ready.Trees[watcher]?.StageEnded(leaf);
        foreach (var dependent in stage.Dependents) toConsider.Add(dependent);
    }

    private void CountEnd(StagePlan stage, StageState s)
    {
        foreach (var dependent in stage.NeededBy)
        {
            ready.OpenNeeds[dependent]--;
            if (s.Status == StageStatus.Completed) ready.MetNeeds[dependent]++;
            else if (s.Status != StageStatus.Skipped) ready.BadNeeds[dependent]++;
        }
    }

    private bool Finishes(StagePlan stage, StageState s) =>
        s.Status == StageStatus.Completed && stage.Type == "branch" && TakenBy(s) == "finish";

    private string? FirstBadNeed(StagePlan stage) =>
        stage.Needs.Select(i => state.Stages[i]).FirstOrDefault(n => n.Status is StageStatus.Failed or StageStatus.Cancelled)?.Id;

    private static StageError ExpressionError(string field, string text, CelResult result) =>
        new(ErrorCodes.ExpressionFailed, result.IsError
            ? string.Create(CultureInfo.InvariantCulture, $"{field}: {result.Error.Message} (in '{Bounded(text)}')")
            : string.Create(CultureInfo.InvariantCulture, $"{field} must be true or false; '{Bounded(text)}' gave {result.Value.TypeName}"));

    /// <summary>Bounds a text that goes into an event, saying how much is missing.</summary>
    private static string? Bounded(string? text) =>
        text is null ? null : ExecutionLimits.Cut(text, ExecutionLimits.MaxTextChars);
}
