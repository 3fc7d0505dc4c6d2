namespace Sightglass.Core.Executions;

/// <summary>A stage beside the stage of the same key of another execution.</summary>
/// <param name="Key">The key.</param>
/// <param name="Left">The left one; <see langword="null"/> where there is none.</param>
/// <param name="Right">The right one; <see langword="null"/> where there is none.</param>
/// <param name="Input">Where their inputs differ.</param>
/// <param name="Output">Where their outputs differ.</param>
public sealed record StageComparison(string Key, ComparedStage? Left, ComparedStage? Right, IReadOnlyList<ValueDifference> Input, IReadOnlyList<ValueDifference> Output)
{
    /// <summary>Gets what differs: <c>missing</c>, or <c>status</c>, <c>input</c> and <c>output</c>; time, cost and number of
    /// attempts differ always and count for nothing.</summary>
    public IReadOnlyList<string> Differs { get; internal init; } = [];

    /// <summary>Gets whether they differ in nothing but that a rollback took back what one of them did: what led to the
    /// rollback came later, at another stage.</summary>
    public bool DiffersByRollbackAlone => Differs is ["status"] && Left?.Status == Right?.Status;
}
