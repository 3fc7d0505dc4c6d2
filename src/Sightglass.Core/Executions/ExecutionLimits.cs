using System.Globalization;

namespace Sightglass.Core.Executions;

/// <summary>Bounds of one execution and of what stands in its log. They decide, so they are the same wherever a log is read.</summary>
internal static class ExecutionLimits
{
    /// <summary>The most bytes that all values of one event may take together; the rest of its limit is for its other fields.
    /// Larger ones are stored apart.</summary>
    public const int MaxInlineBytes = 48 * 1024;

    /// <summary>The most bytes of what is not a value in <c>execution.created</c>: labels, names and the pipelines it calls.</summary>
    public const int MaxCreatedBytes = 40 * 1024;

    /// <summary>The most bytes of a value's preview beside its reference.</summary>
    public const int MaxPreviewBytes = 200;

    /// <summary>The most characters of an input's preview in lists.</summary>
    public const int MaxInputPreviewChars = 100;

    /// <summary>How deep a value may be nested.</summary>
    public const int MaxValueDepth = 256;

    /// <summary>The most bytes of a stage's output value, and of the outputs of a <c>forEach</c> together.</summary>
    public const int MaxOutputBytes = 10 * 1024 * 1024;

    /// <summary>The most items of one <c>forEach</c>.</summary>
    public const int MaxItems = 100_000;

    /// <summary>How often in a row a worker may die under an attempt before its stage is held to be the cause.</summary>
    public const int MaxCrashes = 3;

    /// <summary>How often attempts of a stage may be lost and run again.</summary>
    public const int MaxLosses = 10;

    /// <summary>How often the same result of one trigger node is recorded with another reason.</summary>
    public const int MaxTriggerRecords = 16;

    /// <summary>How many breakpoints an execution may have.</summary>
    public const int MaxBreakpoints = 100;

    /// <summary>How many stages one <c>execution.reopened</c> names; a larger retry is several events.</summary>
    public const int MaxReopenedKeys = 400;

    /// <summary>The most characters of a reason, a comment or another text that people give with a command.</summary>
    public const int MaxTextChars = 2000;

    /// <summary>The most bytes of stored values that an execution keeps at hand; others are read again when they are needed.</summary>
    public const long MaxLoadedBytes = 64L * 1024 * 1024;

    /// <summary>How many inline values are kept parsed.</summary>
    public const int MaxParsedValues = 1024;

    /// <summary>How long after the grace of its attempts a cancelled execution ends though they have not answered.</summary>
    public static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(10);

    /// <summary>Cuts a text that goes into an event between characters, and says how much is missing.</summary>
    public static string Cut(string text, int most)
    {
        if (text.Length <= most) return text;
        var end = char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
        return string.Create(CultureInfo.InvariantCulture, $"{text.AsSpan(0, end)}… ({text.Length - most} more characters)");
    }
}
