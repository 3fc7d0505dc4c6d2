namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>Limits of what is measured, so that memory and the size of an answer stay bounded whatever the names are.</summary>
/// <remarks>What lies beyond a limit is counted in <see cref="MetricsSnapshot.DroppedObservations"/> and nowhere else.</remarks>
public sealed record MetricsOptions
{
    /// <summary>Gets how many pipelines are measured.</summary>
    /// <value>500.</value>
    public int MaxPipelines { get; init; } = 500;

    /// <summary>Gets how many stages are measured, those of all pipelines together. A stage takes 3 to 50 KB.</summary>
    /// <value>2000.</value>
    public int MaxStages { get; init; } = 2000;

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below 1.</exception>
    internal MetricsOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPipelines, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxStages, 1);
        return this;
    }
}
