using Sightglass.Core.Definitions;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>What a trigger says at this moment.</summary>
internal enum Verdict
{
    /// <summary>A stage has not ended yet.</summary>
    Pending,

    /// <summary>Only an event, a person or the clock has not answered yet.</summary>
    PendingOutside,

    /// <summary>It holds, by how a stage ended.</summary>
    Holds,

    /// <summary>It holds, but only by an event, a person, the clock or a condition. That says nothing about the stages
    /// beside it: where all of those were skipped, this is skipped as well.</summary>
    HoldsOutside,

    /// <summary>What it names was skipped: neither for nor against, unless everything was.</summary>
    Skipped,

    /// <summary>It cannot hold any more in this turn.</summary>
    Never,

    /// <summary>It cannot hold any more because a person said no.</summary>
    Rejected,
}

/// <summary>A compiled trigger: a tree of all/any over numbered leaves.</summary>
internal abstract class TriggerNode
{
    /// <summary>Evaluates the node.</summary>
    /// <param name="leaf">Answers for a leaf.</param>
    public abstract Verdict Evaluate(Func<TriggerLeaf, Verdict> leaf);
}

internal sealed class AllNode(IReadOnlyList<TriggerNode> children) : TriggerNode
{
    public override Verdict Evaluate(Func<TriggerLeaf, Verdict> leaf)
    {
        var pending = false;
        var pendingOutside = false;
        var holds = false;
        var rejected = false;
        var skipped = false;
        foreach (var child in children)
        {
            switch (child.Evaluate(leaf))
            {
                case Verdict.Never: return Verdict.Never;
                case Verdict.Rejected: rejected = true; break;
                case Verdict.Pending: pending = true; break;
                case Verdict.PendingOutside: pendingOutside = true; break;
                case Verdict.Holds: holds = true; break;
                case Verdict.Skipped: skipped = true; break;
            }
        }

        if (rejected) return Verdict.Rejected;
        if (pending) return Verdict.Pending;

        // Nobody outside is asked where every stage that this stands for was skipped.
        if (skipped && !holds) return Verdict.Skipped;
        return pendingOutside ? Verdict.PendingOutside : holds ? Verdict.Holds : Verdict.HoldsOutside;
    }
}

internal sealed class AnyNode(IReadOnlyList<TriggerNode> children) : TriggerNode
{
    public override Verdict Evaluate(Func<TriggerLeaf, Verdict> leaf)
    {
        var outside = false;
        var pending = false;
        var pendingOutside = false;
        var rejected = false;
        var skipped = false;
        foreach (var child in children)
        {
            switch (child.Evaluate(leaf))
            {
                case Verdict.Holds: return Verdict.Holds;
                case Verdict.HoldsOutside: outside = true; break;
                case Verdict.Pending: pending = true; break;
                case Verdict.PendingOutside: pendingOutside = true; break;
                case Verdict.Rejected: rejected = true; break;
                case Verdict.Skipped: skipped = true; break;
            }
        }

        if (outside) return Verdict.HoldsOutside;

        // A no is an answer: the stage does not go on waiting for an event that may never come.
        if (rejected) return Verdict.Rejected;
        if (pending || pendingOutside) return pending ? Verdict.Pending : Verdict.PendingOutside;
        return skipped ? Verdict.Skipped : Verdict.Never;
    }
}

/// <summary>One condition of a trigger.</summary>
/// <param name="number">Its number in reading order, by which facts about it are recorded.</param>
/// <param name="kind">What it is about.</param>
internal sealed class TriggerLeaf(int number, TriggerLeafKind kind) : TriggerNode
{
    public int Number => number;

    public TriggerLeafKind Kind => kind;

    /// <summary>Gets the stage that a completed, failed or ended leaf names.</summary>
    public string? Stage { get; init; }

    /// <summary>Gets the type of the custom event.</summary>
    public string? EventType { get; init; }

    /// <summary>Gets the condition of an event or condition leaf.</summary>
    public CelExpression? Condition { get; init; }

    /// <summary>Gets the stages that the condition names: it is evaluated when all have ended.</summary>
    public IReadOnlyList<string> ConditionStages { get; init; } = [];

    /// <summary>Gets the approval asked for.</summary>
    public ApprovalDefinition? Approval { get; init; }

    /// <summary>Gets the question, compiled.</summary>
    public CelTemplate? Message { get; init; }

    /// <summary>Gets the time that must pass.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Gets whether people, other systems or the clock answer it.</summary>
    public bool IsOutside => kind is TriggerLeafKind.Event or TriggerLeafKind.Approval or TriggerLeafKind.Timer;

    public override Verdict Evaluate(Func<TriggerLeaf, Verdict> leaf) => leaf(this);
}

internal enum TriggerLeafKind
{
    Completed,
    Failed,
    Ended,
    Event,
    Approval,
    Condition,
    Timer,
}
