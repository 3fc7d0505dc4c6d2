using System.Runtime.InteropServices;
using Sightglass.Core.Executions.Plans;

namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>What has to be remembered of an execution until it ends. Guarded by the lock of <see cref="PipelineMetrics"/>.</summary>
internal sealed class ExecutionTrack(string pipelineId, PipelineSeries? series, PlanEdges edges)
{
    private readonly Dictionary<string, StageTrack> _stages = new(StringComparer.Ordinal);

    public string PipelineId => pipelineId;

    public bool HasEnded { get; set; }

    /// <summary>Gets the pipeline's series; null where there was no room for it.</summary>
    public PipelineSeries? Series => series;

    public PlanEdges Edges => edges;

    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>Gets or sets what is known of a stage; the default before anything is.</summary>
    public ref StageTrack this[string key] => ref CollectionsMarshal.GetValueRefOrAddDefault(_stages, key, out _);

    /// <param name="WaitsSince">When what it waits for was first evaluated.</param>
    /// <param name="QueuedAt">When it was ready.</param>
    /// <param name="IsRunning">Whether an attempt is under way: what is evaluated now is its work and no trigger's wait.</param>
    /// <param name="CountedEnds">Evaluations counted at the end of what it depends on, and not told by an event since.</param>
    /// <param name="CountedAnswers">Evaluations counted at the answer to an approval, and not told by an event since.</param>
    internal record struct StageTrack(DateTimeOffset? WaitsSince, DateTimeOffset? QueuedAt, bool IsRunning, int CountedEnds, int CountedAnswers);
}
