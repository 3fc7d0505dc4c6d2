using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Scheduling;

/// <summary>An execution of a concurrency group: what its place in the line depends on.</summary>
internal sealed record GroupMember(Guid Id, string Organization, GroupClaim Claim, StagePriority Priority, DateTimeOffset CreatedAt)
{
    /// <summary>Gets the execution that waits for this one as its child.</summary>
    public Guid? Parent { get; init; }

    public static GroupMember Of(Guid id, ExecutionCreated created, DateTimeOffset createdAt) => new(
        id,
        created.Organization,
        created.Group!,
        Enum.TryParse<StagePriority>(created.Priority, ignoreCase: true, out var priority) ? priority : StagePriority.Medium,
        createdAt)
    {
        Parent = created.Parent?.ExecutionId,
    };
}

/// <summary>How an execution stands to its group, as its log says.</summary>
internal enum GroupStanding
{
    /// <summary>Waits for a slot.</summary>
    Waiting,

    /// <summary>Neither waits nor holds: it was paused before it got a slot.</summary>
    Aside,

    /// <summary>Has started and not ended; paused and parked ones too.</summary>
    Holding,

    /// <summary>Holds a slot and is being cancelled.</summary>
    Ending,

    /// <summary>Has ended.</summary>
    Gone,
}
