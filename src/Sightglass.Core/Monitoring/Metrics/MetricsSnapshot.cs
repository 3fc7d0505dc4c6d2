namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>All metrics at one moment, since the start of what measures them.</summary>
/// <param name="Pipelines">By pipeline, in the order of their ids.</param>
/// <param name="Durations">Of executions that completed or failed, of all pipelines.</param>
/// <param name="DroppedObservations">What was not measured because a limit of <see cref="MetricsOptions"/> was reached.</param>
public sealed record MetricsSnapshot(IReadOnlyList<PipelineStatistics> Pipelines, DurationStatistics Durations, long DroppedObservations)
{
    /// <summary>Gets the mean duration of executions that completed or failed; zero before the first.</summary>
    public TimeSpan AvgExecutionTime => Durations.Average;

    /// <summary>Gets how many executions completed.</summary>
    public long Succeeded => Pipelines.Sum(p => p.Succeeded);

    /// <summary>Gets how many executions failed.</summary>
    public long Failed => Pipelines.Sum(p => p.Failed);

    /// <summary>Gets how many executions were cancelled.</summary>
    public long Cancelled => Pipelines.Sum(p => p.Cancelled);

    /// <summary>Gets how many executions have not ended.</summary>
    public int Active => Pipelines.Sum(p => p.Active);

    /// <summary>Gets the share, 0 to 1, of executions that completed, of those that completed or failed; 0 before the first.</summary>
    public double SuccessRate => Succeeded + Failed == 0 ? 0 : (double)Succeeded / (Succeeded + Failed);
}

/// <summary>The metrics of one pipeline. Each turn of a re-opened execution counts as one.</summary>
/// <param name="Pipeline">Its id.</param>
/// <param name="Succeeded">Executions that completed.</param>
/// <param name="Failed">Executions that failed.</param>
/// <param name="Cancelled">Executions that were cancelled; they count in no duration.</param>
/// <param name="Active">Executions that have not ended: queued, running or paused.</param>
/// <param name="Durations">From the first stage's start to the end.</param>
/// <param name="Stages">By stage, in the order of their ids; the instances of a <c>forEach</c> stage count as that stage.</param>
public sealed record PipelineStatistics(string Pipeline, long Succeeded, long Failed, long Cancelled, int Active, DurationStatistics Durations, IReadOnlyList<StageStatistics> Stages)
{
    /// <summary>Gets the share, 0 to 1, of executions that completed, of those that completed or failed; 0 before the first.</summary>
    public double SuccessRate => Succeeded + Failed == 0 ? 0 : (double)Succeeded / (Succeeded + Failed);
}

/// <summary>The metrics of one stage. Every attempt counts, retries and iterations too.</summary>
/// <param name="Stage">Its id.</param>
/// <param name="Succeeded">Attempts that completed.</param>
/// <param name="Failed">Attempts that failed.</param>
/// <param name="Durations">Of attempts.</param>
/// <param name="QueueTimes">From ready to started.</param>
/// <param name="TriggerWaits">From the first evaluation of what it waits for to the moment all of it held.</param>
/// <param name="TriggerEvaluations">How often its triggers were evaluated, by type: completed, failed, event, approval,
/// condition, timer.</param>
/// <param name="MemoryBytes">Peak memory of the newest attempt that reported it.</param>
/// <param name="CpuPercent">Processor time over duration of that attempt, 100 for one full core.</param>
public sealed record StageStatistics(
    string Stage,
    long Succeeded,
    long Failed,
    DurationStatistics Durations,
    DurationStatistics QueueTimes,
    DurationStatistics TriggerWaits,
    IReadOnlyDictionary<string, long> TriggerEvaluations,
    long? MemoryBytes,
    double? CpuPercent);
