namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>Durations of events, which are milliseconds and may be anything in a log that others wrote.</summary>
internal static class MetricTime
{
    private const double MostMilliseconds = 1e14;

    public static TimeSpan FromMilliseconds(double ms) => TimeSpan.FromMilliseconds(double.IsNaN(ms) ? 0 : Math.Clamp(ms, 0, MostMilliseconds));
}
