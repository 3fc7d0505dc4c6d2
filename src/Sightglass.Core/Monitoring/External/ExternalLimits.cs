namespace Sightglass.Core.Monitoring.External;

/// <summary>Bounds of what other programs report to a server, which nobody needs to change.</summary>
internal static class ExternalLimits
{
    /// <summary>The most events of one batch.</summary>
    public const int MaxEvents = 1000;

    /// <summary>The most bytes of an event beside its values and what a stage prints.</summary>
    public const int MaxFixedBytes = 12 * 1024;

    /// <summary>The most characters of a type.</summary>
    public const int MaxTypeChars = 100;

    /// <summary>The most characters of a stage's key.</summary>
    public const int MaxStageChars = 200;

    /// <summary>How many reported executions are kept folded; others are read again at their next batch.</summary>
    public const int MaxKnown = 1000;

    /// <summary>The most problems that the answer to one batch lists.</summary>
    public const int MaxProblems = 100;
}
