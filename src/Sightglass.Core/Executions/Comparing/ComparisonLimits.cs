namespace Sightglass.Core.Executions;

/// <summary>Bounds of comparisons.</summary>
internal static class ComparisonLimits
{
    /// <summary>The most differences between two values that are listed.</summary>
    public const int MaxDifferences = 100;

    /// <summary>The most differences of a whole comparison that are listed.</summary>
    public const int MaxAllDifferences = 10_000;

    /// <summary>The most characters of a value in a difference.</summary>
    public const int MaxShownChars = 500;

    /// <summary>How deep two values are looked into; below they are the same or not.</summary>
    public const int MaxDepth = 200;
}
