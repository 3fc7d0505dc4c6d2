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

    /// <summary>The most bytes of a batch that is reported to a server; an event larger than that goes alone.</summary>
    public const int BatchBytes = 512 * 1024;

    /// <summary>The most bytes that are read of a server's refusal.</summary>
    public const int MaxRefusalBytes = 16 * 1024;

    /// <summary>How long a server may take to answer a batch; then it is sent again.</summary>
    public static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(30);

    /// <summary>The time before a batch is sent again for the first time; each time it doubles.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest time before a batch is sent again.</summary>
    public static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);
}
