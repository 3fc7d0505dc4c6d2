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

    /// <summary>It cannot hold any more because a person said no, or because it did not hold in time.</summary>
    Rejected,
}
