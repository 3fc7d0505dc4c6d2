using Sightglass.Core.Definitions;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>One condition of a trigger.</summary>
/// <param name="number">Its number in reading order, by which facts about it are recorded.</param>
/// <param name="kind">What it is about.</param>
internal sealed class TriggerLeaf(int number, TriggerLeafKind kind)
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

    /// <summary>Gets what it waits for, for people.</summary>
    public string Words => kind switch
    {
        TriggerLeafKind.Completed => $"stage '{Stage}' to complete",
        TriggerLeafKind.Failed => $"stage '{Stage}' to fail",
        TriggerLeafKind.Ended => $"stage '{Stage}' to end",
        TriggerLeafKind.Event => $"event '{EventType}'",
        TriggerLeafKind.Approval => "an approval",
        TriggerLeafKind.Condition => $"'{Condition!.Text}'",
        _ => "its timer",
    };
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
