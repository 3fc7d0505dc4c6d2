using Sightglass.Core.Definitions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>A node of a compiled trigger: a condition, or a group of nodes.</summary>
internal sealed class TriggerNode
{
    /// <summary>Gets the number by which facts about it are recorded: conditions first, in reading order, then the number of a
    /// <c>wait</c> stage's own event or approval, then the groups, in reading order.</summary>
    public required int Number { get; init; }

    /// <summary>Gets the number of the group it stands in; -1 for the root.</summary>
    public required int Parent { get; init; }

    /// <summary>Gets the condition; <see langword="null"/> for a group.</summary>
    public TriggerLeaf? Leaf { get; init; }

    /// <summary>Gets whether all of a group must hold; otherwise one is enough.</summary>
    public bool IsAll { get; init; }

    /// <summary>Gets the numbers of what a group holds, in the order of the file.</summary>
    public IReadOnlyList<int> Children { get; init; } = [];

    /// <summary>Gets how long it is waited for.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gets what happens then.</summary>
    public TriggerTimeout OnTimeout { get; init; }

    /// <summary>Gets the word for its kind, as events carry it.</summary>
    public string Kind => Leaf is null ? IsAll ? "all" : "any" : Leaf.Kind switch
    {
        TriggerLeafKind.Completed => "completed",
        TriggerLeafKind.Failed => "failed",
        TriggerLeafKind.Ended => "ended",
        TriggerLeafKind.Event => "event",
        TriggerLeafKind.Approval => "approval",
        TriggerLeafKind.Condition => "condition",
        _ => "timer",
    };

    /// <summary>Gets what it waits for, for people.</summary>
    public string Words => Leaf?.Words ?? (IsAll ? "all of a group" : "one of a group");
}
