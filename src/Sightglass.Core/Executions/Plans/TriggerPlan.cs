namespace Sightglass.Core.Executions.Plans;

/// <summary>A compiled trigger: a tree of all/any over conditions.</summary>
internal sealed class TriggerPlan
{
    /// <summary>Gets the nodes by their number; the number of a <c>wait</c> stage's own event or approval has none.</summary>
    public required IReadOnlyList<TriggerNode?> Nodes { get; init; }

    /// <summary>Gets the number of the outermost node.</summary>
    public required int Root { get; init; }

    /// <summary>Gets the conditions by their number.</summary>
    public required IReadOnlyList<TriggerLeaf> Leaves { get; init; }

    /// <summary>Gets the numbers of the nodes that are waited for only so long.</summary>
    public required IReadOnlyList<int> Timed { get; init; }

    /// <summary>Gets whether people, other systems or the clock answer any of it.</summary>
    public required bool AsksOutside { get; init; }
}
