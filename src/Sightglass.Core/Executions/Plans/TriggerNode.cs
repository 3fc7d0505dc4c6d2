using Sightglass.Core.Definitions;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>What a trigger says at this moment.</summary>
internal enum Verdict
{
    /// <summary>Something has not happened yet.</summary>
    Pending,

    /// <summary>It holds.</summary>
    Holds,

    /// <summary>What it names was skipped: neither for nor against, unless everything was.</summary>
    Skipped,

    /// <summary>It cannot hold any more in this turn.</summary>
    Never,
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
        var holds = children.Count == 0;
        foreach (var child in children)
        {
            switch (child.Evaluate(leaf))
            {
                case Verdict.Never: return Verdict.Never;
                case Verdict.Pending: pending = true; break;
                case Verdict.Holds: holds = true; break;
            }
        }

        return pending ? Verdict.Pending : holds ? Verdict.Holds : Verdict.Skipped;
    }
}

internal sealed class AnyNode(IReadOnlyList<TriggerNode> children) : TriggerNode
{
    public override Verdict Evaluate(Func<TriggerLeaf, Verdict> leaf)
    {
        var pending = false;
        var skipped = false;
        foreach (var child in children)
        {
            switch (child.Evaluate(leaf))
            {
                case Verdict.Holds: return Verdict.Holds;
                case Verdict.Pending: pending = true; break;
                case Verdict.Skipped: skipped = true; break;
            }
        }

        return pending ? Verdict.Pending : skipped ? Verdict.Skipped : Verdict.Never;
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
