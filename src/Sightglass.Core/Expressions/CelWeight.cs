namespace Sightglass.Core.Expressions;

/// <summary>How large a value is when it is written out, in units of the cost budget.</summary>
internal static class CelWeight
{
    /// <summary>Deeper values would overflow the stack of whoever walks them; the JSON writer stops at 1,000.</summary>
    internal const int MaxDepth = 500;

    /// <summary>A value may be this many times heavier than the budget, as inputs may be large and are only passed on.</summary>
    internal const int WeightPerCost = 8;

    private const long Ceiling = long.MaxValue / 4;

    internal static long OfLength(int length) => 1 + (length / 16);

    internal static long Add(long a, long b) => Math.Min(a + b, Ceiling);
}
