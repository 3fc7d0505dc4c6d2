namespace Sightglass.Core.Definitions;

/// <summary>What a definition may be at most.</summary>
internal static class DefinitionLimits
{
    public const int FileBytes = 1024 * 1024;

    public const int Stages = 10_000;

    public const int Depth = 64;

    /// <summary>Groups of a trigger within each other.</summary>
    public const int TriggerDepth = 64;

    public const int KeyLength = 1_000;

    public const int IdLength = 100;

    /// <summary>Values that aliases and merge keys may add, counted as if each were written out.</summary>
    public const int AliasedValues = 100_000;

    /// <summary>Characters that aliases and merge keys may add.</summary>
    public const int AliasedText = FileBytes;

    public const int Problems = 1_000;

    public const int PipelineDepth = 16;

    public const int Schedules = 100;

    public const int Webhooks = 16;
}
