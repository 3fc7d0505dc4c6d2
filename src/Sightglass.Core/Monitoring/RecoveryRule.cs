namespace Sightglass.Core.Monitoring;

/// <summary>What becomes of runs whose program ended before they did.</summary>
public enum RecoveryRule
{
    /// <summary>They end as failed with <c>run_lost</c>: what they did is not known.</summary>
    EndAsLost,

    /// <summary>They go on: what ran is recorded as lost, to be reported again by <see cref="PipelineMonitor.StageStarted"/>.</summary>
    GoOn,
}
