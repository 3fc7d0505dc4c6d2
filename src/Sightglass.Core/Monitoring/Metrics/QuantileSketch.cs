using System.Numerics;

namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>
/// Durations in bounded memory. Each power of two of nanoseconds has 32 bins, so a bin is at most 1/32 of its lower edge
/// wide and its middle is off by at most 1/64: every quantile is within 1.6 % of an exact one. Not safe for concurrent use.
/// </summary>
internal sealed class QuantileSketch
{
    /// <summary>The most by which a quantile differs from the exact one, as a share of it.</summary>
    public const double RelativeError = 1.0 / 64;

    private const int BinBits = 5;
    private const int BinCount = 1 << BinBits;

    // One row a power of two, made when it is first needed: durations of one stage fill three or four of them.
    private readonly long[]?[] _rows = new long[]?[64 - BinBits];
    private long _min = long.MaxValue;
    private long _max;

    public long Count { get; private set; }

    public double SumSeconds { get; private set; }

    /// <summary>Adds a duration; a negative one, which a clock that was set back gives, counts as none.</summary>
    public void Add(TimeSpan duration)
    {
        var nanoseconds = duration.Ticks <= 0 ? 0 : duration.Ticks > long.MaxValue / 100 ? long.MaxValue : duration.Ticks * 100;
        var (row, bin) = PlaceOf(nanoseconds);
        (_rows[row] ??= new long[BinCount])[bin]++;
        Count++;
        SumSeconds += nanoseconds / 1e9;
        _min = Math.Min(_min, nanoseconds);
        _max = Math.Max(_max, nanoseconds);
    }

    /// <summary>Gives the smallest duration that a share of all do not exceed (the nearest rank), or zero where there is none.</summary>
    public double Quantile(double share)
    {
        if (Count == 0) return 0;
        var rank = Math.Clamp((long)Math.Ceiling(share * Count), 1, Count);
        for (var row = 0; row < _rows.Length; row++)
        {
            if (_rows[row] is not { } bins) continue;
            for (var bin = 0; bin < BinCount; bin++)
            {
                rank -= bins[bin];
                if (rank <= 0) return Math.Clamp(MiddleOf(row, bin), _min, _max) / 1e9;
            }
        }

        return _max / 1e9;
    }

    public DurationStatistics Read() => Count == 0
        ? default
        : new DurationStatistics(Count, SumSeconds, _min / 1e9, _max / 1e9, Quantile(0.5), Quantile(0.9), Quantile(0.99));

    private static (int Row, int Bin) PlaceOf(long nanoseconds)
    {
        if (nanoseconds < BinCount) return (0, (int)nanoseconds);
        var exponent = BitOperations.Log2((ulong)nanoseconds);
        return (exponent - BinBits + 1, (int)(nanoseconds >> (exponent - BinBits)) & (BinCount - 1));
    }

    private static double MiddleOf(int row, int bin)
    {
        if (row == 0) return bin;
        var width = (double)(1L << (row - 1));
        return ((BinCount + bin) * width) + ((width - 1) / 2);
    }
}
