namespace Sightglass.Core.Scheduling.Schedules;

/// <summary>What is to be done about a schedule now.</summary>
/// <param name="State">The state to store before anything is done.</param>
/// <param name="Start">The waiting times to start now, in order.</param>
/// <param name="CancelsRunning">Whether what runs is to be cancelled first.</param>
/// <param name="Next">When there is something to do again by the clock; <see langword="null"/> for never.</param>
internal sealed record SchedulePlan(ScheduleState State, IReadOnlyList<DateTimeOffset> Start, bool CancelsRunning, DateTimeOffset? Next);
