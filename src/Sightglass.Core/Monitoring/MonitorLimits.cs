namespace Sightglass.Core.Monitoring;

/// <summary>Bounds of monitors that nobody needs to change; the others are in <see cref="PipelineMonitorOptions"/>.</summary>
internal static class MonitorLimits
{
    /// <summary>The most characters of text in one event; more is several events.</summary>
    public const int MaxOutputChars = 8000;

    /// <summary>The most characters of a message, a reason or a name; more is cut.</summary>
    public const int MaxTextChars = 8000;

    /// <summary>How many ended runs are remembered, so that a late call is told that its run has ended.</summary>
    public const int MaxEndedRuns = 10_000;

    /// <summary>How many stages of ended runs are remembered.</summary>
    public const int MaxEndedStages = 100_000;

    /// <summary>How many pipelines' graphs are kept for measuring.</summary>
    public const int MaxKnownPlans = 1000;

    /// <summary>The time between two tries of what the store could not do.</summary>
    public static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);
}
