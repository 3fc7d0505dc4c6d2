namespace Sightglass.Core.Expressions;

/// <summary>How large a value is when it is written out, in units of the cost budget.</summary>
internal static class CelWeight
{
    private const long Ceiling = long.MaxValue / 4;

    internal static long OfLength(int length) => 1 + (length / 16);

    internal static long Add(long a, long b) => Math.Min(a + b, Ceiling);
}
