namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>What many durations come to. Everything is in seconds; quantiles are within 1.6 % of the exact ones.</summary>
/// <param name="Count">How many there were.</param>
/// <param name="SumSeconds">Their sum.</param>
/// <param name="MinSeconds">The shortest, exact.</param>
/// <param name="MaxSeconds">The longest, exact.</param>
/// <param name="P50Seconds">The median.</param>
/// <param name="P90Seconds">What 90 % do not exceed.</param>
/// <param name="P99Seconds">What 99 % do not exceed.</param>
public readonly record struct DurationStatistics(long Count, double SumSeconds, double MinSeconds, double MaxSeconds, double P50Seconds, double P90Seconds, double P99Seconds)
{
    /// <summary>Gets the mean; zero where there was none.</summary>
    public TimeSpan Average => Count == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(SumSeconds / Count);
}
