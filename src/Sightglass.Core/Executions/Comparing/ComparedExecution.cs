namespace Sightglass.Core.Executions;

/// <summary>What a comparison looks at in one execution: a copy, which stays as it is while the execution goes on.</summary>
/// <param name="Id">Its id.</param>
/// <param name="PipelineId">Its pipeline.</param>
/// <param name="PipelineName">The pipeline's name.</param>
/// <param name="Status">How it stands.</param>
/// <param name="StartedAt">When it started, or was created where no stage of it has.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Duration">How long it took from its start to its end, in milliseconds.</param>
/// <param name="Cost">Its cost so far, in US dollars.</param>
/// <param name="Input">Its input.</param>
/// <param name="Output">Its output.</param>
/// <param name="Stages">Its stages in the order of the plan, each followed by its instances.</param>
public sealed record ComparedExecution(
    Guid Id,
    string PipelineId,
    string PipelineName,
    ExecutionStatus Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    double? Duration,
    decimal Cost,
    Payload? Input,
    Payload? Output,
    IReadOnlyList<ComparedStage> Stages)
{
    /// <summary>Copies what is compared of a state.</summary>
    public static ComparedExecution Of(ExecutionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var stages = state.Stages.SelectMany(stage => state.InstancesOf(stage.Id).Prepend(stage)).Select(stage => ComparedStage.Of(stage, state.CreatedAt));
        var started = state.StartedAt ?? state.CreatedAt;
        var duration = state.Totals?.Duration ?? (state.EndedAt - started)?.TotalMilliseconds;
        return new ComparedExecution(state.Id, state.Created.PipelineId, state.Created.Name, state.Status, started, state.EndedAt, duration, state.Cost, state.Created.Input, state.Output, [.. stages]);
    }
}
