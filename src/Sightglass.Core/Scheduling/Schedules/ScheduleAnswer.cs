using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>What became of a command to a schedule.</summary>
/// <param name="Code">A stable code: <c>ok</c>, <c>schedule_not_found</c>, <c>start_refused</c>.</param>
/// <param name="Message">One sentence for people.</param>
public sealed record ScheduleAnswer(string Code, string Message)
{
    /// <summary>Gets the schedule as it stands afterwards.</summary>
    public ScheduleStatus? Schedule { get; init; }

    /// <summary>Gets the execution that was started.</summary>
    public Guid? ExecutionId { get; init; }

    /// <summary>Gets why a start was refused.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>Gets whether it was done.</summary>
    public bool IsDone => Code == "ok";
}
