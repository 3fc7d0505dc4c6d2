namespace Sightglass.Core.Ports;

/// <summary>How a deletion ended.</summary>
/// <param name="Status">Whether the execution is gone.</param>
/// <param name="Executions">How many were deleted, children included.</param>
public readonly record struct EraseOutcome(EraseStatus Status, int Executions);

/// <summary>Whether an execution was deleted.</summary>
public enum EraseStatus
{
    /// <summary>It is gone.</summary>
    Erased,

    /// <summary>It, or a child of it, has not ended. Nothing was deleted.</summary>
    NotEnded,

    /// <summary>It is the child of an execution that is kept. Nothing was deleted.</summary>
    IsChild,

    /// <summary>It was deleted before.</summary>
    AlreadyErased,

    /// <summary>There never was one.</summary>
    Unknown,
}
