using Sightglass.Core.Executions;

namespace Sightglass.Server.Overview;

/// <summary>How long executions that completed took.</summary>
internal sealed class Durations
{
    private readonly double[] _sorted;

    private Durations(double[] sorted) => _sorted = sorted;

    /// <summary>Gets how many there are, at least one.</summary>
    public int Count => _sorted.Length;

    /// <summary>Takes those that completed; nothing where none has.</summary>
    public static Durations? Of(IEnumerable<PastResult> results)
    {
        double[] sorted = [.. results.Where(result => result.Status == ExecutionStatus.Completed).Select(result => result.Duration).Order()];
        return sorted.Length == 0 ? null : new Durations(sorted);
    }

    /// <summary>Gives the smallest duration, in milliseconds, that at least this part of all does not exceed.</summary>
    public double Quantile(double part) => _sorted[Math.Max(0, (int)Math.Ceiling(part * _sorted.Length) - 1)];
}
