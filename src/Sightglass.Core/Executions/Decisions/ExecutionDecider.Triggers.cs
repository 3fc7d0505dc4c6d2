using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Expressions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions.Decisions;

/// <content>Triggers: what is judged when, who is asked, and what is waited for no longer.</content>
internal sealed partial class ExecutionDecider
{
    private TriggerTree? TreeOf(StagePlan stage, StageState s) =>
        stage.Trigger is null ? null : ready.Trees[stage.Index] ??= MakeTree(stage.Trigger, s);

    /// <summary>Gives the tree with everything judged that can be: after a recovery it may be asked before its stage is considered.</summary>
    private TriggerTree? JudgedTreeOf(StagePlan stage, StageState s)
    {
        var tree = TreeOf(stage, s);
        if (tree is not null) JudgeLeaves(s, tree);
        return tree;
    }

    private TriggerTree MakeTree(TriggerPlan trigger, StageState s)
    {
        var tree = new TriggerTree(trigger);
        // First: what was decided at a deadline stays so, whatever was known of it before.
        foreach (var number in trigger.Timed)
        {
            var fact = s.Facts.GetValueOrDefault(number);
            if (fact?.TimedOut is { } action) tree.Force(number, VerdictOf(action));
            else if (fact?.Deadline is null) tree.Untimed.Add(number);
        }

        foreach (var leaf in trigger.Leaves)
        {
            if (leaf.IsOutside) tree.Set(leaf.Number, AnswerTo(leaf, s.Facts.GetValueOrDefault(leaf.Number)));
            else if (leaf.Stage is not null) tree.Await(leaf.Number, IsOpen(leaf.Stage) ? 1 : 0);
            else tree.Await(leaf.Number, leaf.ConditionStages.Count(IsOpen));
        }

        return tree;
    }

    private bool IsOpen(string stage) => state.Find(stage) is { } s && !s.Status.IsTerminal();

    private static Verdict AnswerTo(TriggerLeaf leaf, TriggerFact? fact) => fact?.Result switch
    {
        true => Verdict.HoldsOutside,
        false when leaf.Kind == TriggerLeafKind.Approval => Verdict.Rejected,
        _ => Verdict.PendingOutside,
    };

    private static Verdict VerdictOf(string action) => action switch
    {
        "proceed" => Verdict.HoldsOutside,
        "skip" => Verdict.Never,
        _ => Verdict.Rejected,
    };

    /// <summary>Judges the conditions over stages that can be judged by now.</summary>
    private void JudgeLeaves(StageState s, TriggerTree tree)
    {
        while (tree.Dirty.Count > 0)
        {
            var number = tree.Dirty.Min;
            var node = tree.Plan.Nodes[number]!;
            var (verdict, why) = node.Leaf!.Kind == TriggerLeafKind.Condition
                ? JudgeCondition(s, node.Leaf, s.Facts.GetValueOrDefault(number))
                : JudgeStageLeaf(node.Leaf, out _);
            tree.Dirty.Remove(number);
            var known = s.Facts.GetValueOrDefault(number);
            if (known?.TimedOut is not null) continue;

            // Of what nobody needs any more nothing is told.
            if (known is not { Cancelled: true }) Record(s, node.Number, node.Kind, verdict is Verdict.Holds or Verdict.HoldsOutside, why);
            tree.Set(number, verdict);
        }
    }

    private (Verdict Verdict, string Why) JudgeStageLeaf(TriggerLeaf leaf, out (string? Reason, string? Detail) cause)
    {
        var other = state.Find(leaf.Stage!)!;
        var why = other.Status is StageStatus.Skipped or StageStatus.Cancelled ? $"{other.Id} was {other.Status.ToWire()}" : $"{other.Id} {other.Status.ToWire()}";
        cause = default;
        switch (leaf.Kind)
        {
            case TriggerLeafKind.Ended:
            case TriggerLeafKind.Failed when other.Status == StageStatus.Failed:
            case TriggerLeafKind.Completed when other.Status == StageStatus.Completed:
                return (Verdict.Holds, why);
            case TriggerLeafKind.Failed:
                cause = ("trigger_impossible", $"{other.Id} did not fail");
                return (Verdict.Never, why);
            default:
                cause = other.Status == StageStatus.Skipped ? ("dependency_skipped", other.Id) : ("dependency_failed", other.Id);
                return (other.Status == StageStatus.Skipped ? Verdict.Skipped : Verdict.Never, why);
        }
    }

    /// <summary>Judges a condition, once: what it came to when the stages it names had ended stays.</summary>
    private (Verdict Verdict, string Why) JudgeCondition(StageState s, TriggerLeaf leaf, TriggerFact? known)
    {
        if (known is { Result: { } judged, Why: { } before } && known.Deadline is null) return (judged ? Verdict.HoldsOutside : Verdict.Never, before);
        var result = leaf.Condition!.Evaluate(scopes.For(s));
        var why = Said(leaf.Condition, result, out var holds);
        return (holds ? Verdict.HoldsOutside : Verdict.Never, why);
    }

    private static string Said(CelExpression condition, CelResult result, out bool holds)
    {
        holds = !result.IsError && result.Value.Kind == CelKind.Bool && result.Value.AsBool;
        return Bounded(result.IsError ? $"'{condition.Text}' failed: {result.Error.Message}" : $"'{condition.Text}' is {result.Value.ToText()}")!;
    }

    /// <summary>Gives the condition by which a trigger came to nothing.</summary>
    private (string? Reason, string? Detail) CauseOf(StageState s, TriggerTree tree)
    {
        (string? Reason, string? Detail) cause = default;
        foreach (var node in tree.Deciding())
        {
            if (s.Facts.GetValueOrDefault(node.Number)?.TimedOut is "skip")
            {
                cause = ("trigger_timeout", node.Words);
            }
            else if (node.Leaf is { Kind: TriggerLeafKind.Condition } leaf && tree.Of(node.Number) == Verdict.Never)
            {
                var result = leaf.Condition!.Evaluate(scopes.For(s));
                cause = ("condition_false", result.IsError ? result.Error.Message : leaf.Condition.Text);
            }
            else if (node.Leaf is { Stage: { } named } && !IsOpen(named))
            {
                JudgeStageLeaf(node.Leaf, out var found);
                if (found.Reason is not null) cause = found;
            }
        }

        return cause;
    }

    private static StageError RejectionOf(StageState s)
    {
        foreach (var fact in s.Facts.Values)
        {
            if (fact.TimedOut == "fail") return new StageError(ErrorCodes.TriggerTimeout, $"The trigger did not hold in time: {fact.Why}.");
            if (fact is { Kind: "approval", Result: false, TimedOut: null }) return new StageError(ErrorCodes.ApprovalRejected, WhyRejected(fact.By));
        }

        throw new InvalidOperationException($"Nothing rejected '{s.Key}'.");
    }

    /// <summary>Records a result, unless it is known.</summary>
    private void Record(StageState s, int number, string kind, bool result, string why, Payload? data = null)
    {
        if (s.Facts.TryGetValue(number, out var known) && known.Result == result && !known.Cancelled && (known.Why == why || known.Records >= ExecutionLimits.MaxTriggerRecords)) return;
        Emit(s, new TriggerEvaluated { Trigger = number, Kind = kind, Result = result, Why = why, Event = data }, s.InAttempt ? s.Attempt : 0, s.InAttempt ? s.Iteration : 0);
    }

    /// <summary>Asks people and the clock, once all that is missing is up to them.</summary>
    private void AskOutside(StagePlan stage, StageState s, TriggerTree tree, Verdict branch)
    {
        var answered = tree.Plan.AsksOutside && Combine(stage, branch, tree[TriggerWorld.Answered]) == Verdict.Holds;
        if (answered && !tree.TimersStarted && Combine(stage, branch, tree[TriggerWorld.Elapsed]) == Verdict.Holds) StartTimers(s, tree);
        var asks = answered && !tree.Asked;
        if (asks) Ask(s, tree);
        if (tree.Untimed.Count > 0) StartDeadlines(stage, s, tree, branch);
        if (asks && s.Status == StageStatus.Pending) SayWaiting(s, tree);
    }

    private void StartTimers(StageState s, TriggerTree tree)
    {
        tree.TimersStarted = true;
        foreach (var leaf in tree.Plan.Leaves)
        {
            if (leaf.Kind != TriggerLeafKind.Timer || s.Facts.GetValueOrDefault(leaf.Number)?.Due is not null || tree.IsMoot(leaf.Number)) continue;
            Emit(s, new TriggerEvaluated { Trigger = leaf.Number, Kind = "timer", Result = false, Why = "started" });
            Emit(s, new StageWaiting { For = "timer", Until = now + leaf.Delay });
            ready.Due(s.Key, now + leaf.Delay, leaf.Number);
        }
    }

    private void Ask(StageState s, TriggerTree tree)
    {
        tree.Asked = true;
        foreach (var leaf in tree.Plan.Leaves)
        {
            if (tree.IsMoot(leaf.Number) || s.Facts.ContainsKey(leaf.Number)) continue;
            if (leaf.Kind == TriggerLeafKind.Approval) RequestApproval(s, leaf.Number, leaf.Approval!, Question(s, leaf.Message));

            // One with a timeout is told of with its deadline.
            else if (leaf.Kind == TriggerLeafKind.Event && tree.Plan.Nodes[leaf.Number]!.Timeout is null) Record(s, leaf.Number, "event", false, "has not arrived");
        }
    }

    private void SayWaiting(StageState s, TriggerTree tree)
    {
        var until = s.Facts.Values.Aggregate((DateTimeOffset?)null, (at, fact) =>
            Earliest(fact.IsOpen ? Earliest(at, fact.Due) : at, fact.IsTimed ? fact.Deadline : null));
        if (s.OpenApprovalCount > 0)
        {
            Emit(s, new StageWaiting { For = "approval", Until = until });
            return;
        }

        var events = tree.Plan.Leaves.Where(l => l.Kind == TriggerLeafKind.Event && !tree.IsMoot(l.Number)).Select(l => l.EventType).ToList();
        if (events.Count > 0) Emit(s, new StageWaiting { For = "event", Until = until, Detail = Bounded(string.Join(", ", events)) });
    }

    private string? Question(StageState s, CelTemplate? message)
    {
        if (message is null) return null;
        var rendered = message.Evaluate(scopes.For(s));
        return rendered.IsError ? message.Text : rendered.Value.ToText();
    }

    private void RequestApproval(StageState s, int leaf, ApprovalDefinition approval, string? text)
    {
        DateTimeOffset? deadline = approval.Timeout is { } timeout ? now + timeout.Value : null;
        Emit(s, new ApprovalRequested { Trigger = leaf, By = approval.By, Message = Bounded(text), Deadline = deadline });
        if (deadline is { } due) ready.Due(s.Key, due, leaf);
    }

    /// <summary>Begins the time of nodes: it counts from the moment when everything beside them holds, or is up to people,
    /// other systems and the clock.</summary>
    private void StartDeadlines(StagePlan stage, StageState s, TriggerTree tree, Verdict branch)
    {
        var later = new List<int>();
        foreach (var number in tree.Untimed)
        {
            if (tree.IsMoot(number)) continue;
            if (Combine(stage, branch, tree.IfHeld(number)) != Verdict.Holds)
            {
                later.Add(number);
                continue;
            }

            var node = tree.Plan.Nodes[number]!;
            var deadline = now + node.Timeout!.Value;
            Emit(s, new TriggerEvaluated { Trigger = number, Kind = node.Kind, Result = false, Why = $"waits {new Duration(node.Timeout.Value)} for {Bounded(node.Words)}", Deadline = deadline });
            ready.Due(s.Key, deadline, number);
        }

        tree.Untimed.Clear();
        tree.Untimed.AddRange(later);
    }

    /// <summary>Ends what is waited for inside groups that have come to a result.</summary>
    private void CancelUnneeded(StageState s, TriggerTree tree)
    {
        if (tree.Settled.Count == 0) return;
        var open = new Stack<int>();
        foreach (var group in tree.Settled)
        {
            var holds = tree.Of(group) is Verdict.Holds or Verdict.HoldsOutside;
            if (s.Facts.GetValueOrDefault(group) is { IsTimed: true } timed)
                Emit(s, new TriggerEvaluated { Trigger = group, Kind = timed.Kind, Result = holds, Why = holds ? "it holds" : "it cannot hold any more", Cancelled = !holds });
            var why = holds ? "not needed any more: what it stands in holds without it" : "not needed any more: what it stands in cannot hold";
            open.Push(group);
            while (open.TryPop(out var number))
            {
                foreach (var child in tree.Plan.Nodes[number]!.Children)
                {
                    Drop(s, child, why);

                    // One that has come to a result itself was seen to when it did.
                    if (!TriggerTree.IsSettled(tree.Of(child))) open.Push(child);
                }
            }
        }

        tree.Settled.Clear();
    }

    /// <summary>Ends everything that is still waited for, since the stage will not wait any more.</summary>
    private void DropAll(StageState s, string why)
    {
        foreach (var number in s.Facts.Keys.ToArray()) Drop(s, number, why);
    }

    private void Drop(StageState s, int number, string why)
    {
        if (!s.Facts.TryGetValue(number, out var fact)) return;
        if (fact.IsOpen) Emit(s, new ApprovalWithdrawn { Trigger = number, Reason = why });
        else if (fact.IsTicking || fact.IsTimed || fact is { Kind: "event", Result: false, Cancelled: false, TimedOut: null })
            Emit(s, new TriggerEvaluated { Trigger = number, Kind = fact.Kind, Result = false, Why = why, Cancelled = true });
    }

    /// <summary>Tells whether the clock has something to tell at this moment; what is waited for no longer has gone quiet.</summary>
    private bool IsDue(string key, int number, DateTimeOffset at)
    {
        if (state.Find(key) is not { } s || s.Status.IsTerminal()) return false;
        var stage = PlanOf(s);
        if (number == Readiness.Stage) return s.Due == at || TimeoutOf(stage, s) == at;
        if (!s.Facts.TryGetValue(number, out var fact)) return false;
        if (s.InAttempt) return fact.IsOpen && fact.Due == at;
        var isOpen = (fact.Due == at && (fact.IsOpen || fact.IsTicking)) || (fact.IsTimed && fact.Deadline == at);
        return isOpen && AwaitsTrigger(s) && TreeOf(stage, s)?.IsMoot(number) == false;
    }

    private void TickFact(StagePlan stage, StageState s, int number)
    {
        if (!s.Facts.TryGetValue(number, out var fact)) return;
        if (s.InAttempt)
        {
            if (fact.IsOpen && fact.Due <= now) AnswerLeaf(stage, s, number, stage.Definition.Wait?.Approval?.OnTimeout == "approve", "timeout", null);
            return;
        }

        if (!AwaitsTrigger(s) || JudgedTreeOf(stage, s) is not { } tree || tree.IsMoot(number)) return;
        var node = tree.Plan.Nodes[number]!;
        if (fact.Due <= now && fact.IsOpen)
        {
            AnswerLeaf(stage, s, number, node.Leaf!.Approval!.OnTimeout == "approve", "timeout", null);
        }
        else if (fact.Due <= now && fact.IsTicking)
        {
            Emit(s, new TriggerEvaluated { Trigger = number, Kind = "timer", Result = true, Why = "the time has passed" });
            tree.Set(number, Verdict.HoldsOutside);
        }
        else if (fact.IsTimed && fact.Deadline <= now)
        {
            TimeOut(s, tree, node, fact);
        }

        toConsider.Add(stage.Index);
    }

    private void TimeOut(StageState s, TriggerTree tree, TriggerNode node, TriggerFact fact)
    {
        var action = node.OnTimeout.ToString().ToLowerInvariant();
        var why = string.Create(CultureInfo.InvariantCulture, $"waited {new Duration(node.Timeout!.Value)} for {Bounded(node.Words)}");
        Emit(s, new TriggerEvaluated { Trigger = node.Number, Kind = node.Kind, Result = node.OnTimeout == TriggerTimeout.Proceed, Why = why, TimedOut = action });
        if (fact.IsOpen) Emit(s, new ApprovalWithdrawn { Trigger = node.Number, Reason = why });
        tree.Force(node.Number, VerdictOf(action));
    }
}
