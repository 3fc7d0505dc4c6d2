namespace Sightglass.Core.Definitions;

/// <summary>What a definition may be at most.</summary>
internal static class DefinitionLimits
{
    /// <summary>The most bytes of a pipeline file.</summary>
    public const int FileBytes = 1024 * 1024;

    /// <summary>The most stages of a pipeline.</summary>
    public const int Stages = 10_000;

    /// <summary>How deep a file may be nested.</summary>
    public const int Depth = 64;

    /// <summary>How deep inputs may be nested, and definitions that are written.</summary>
    public const int InputDepth = 1_000;

    /// <summary>How deep a definition that was read before may be nested.</summary>
    public const int ValueDepth = 256;

    /// <summary>Groups of a trigger within each other.</summary>
    public const int TriggerDepth = 64;

    /// <summary>The most characters of a key.</summary>
    public const int KeyLength = 1_000;

    /// <summary>The most characters of an id.</summary>
    public const int IdLength = 100;

    /// <summary>Values that aliases and merge keys may add, counted as if each were written out.</summary>
    public const int AliasedValues = 100_000;

    /// <summary>Characters that aliases and merge keys may add.</summary>
    public const int AliasedText = FileBytes;

    /// <summary>The most problems that are told of one file.</summary>
    public const int Problems = 1_000;

    /// <summary>How deep pipelines may call each other.</summary>
    public const int PipelineDepth = 16;

    /// <summary>The most schedules of a pipeline.</summary>
    public const int Schedules = 100;

    /// <summary>The most webhooks of a pipeline.</summary>
    public const int Webhooks = 16;

    /// <summary>The most characters of a cron expression.</summary>
    public const int CronLength = 500;

    /// <summary>The most characters of the name of a time zone.</summary>
    public const int ZoneLength = 64;

    /// <summary>How many years ahead the next time of a cron expression is looked for: the calendar repeats its weekdays
    /// within 40 years also across a century without a leap day.</summary>
    public const int ScheduleYears = 41;

    /// <summary>Folders within each other that a catalog reads.</summary>
    public const int FolderDepth = 32;

    /// <summary>Words compared for suggestions: ten thousand stages, each naming one that does not exist, are a hundred
    /// million.</summary>
    public const int Comparisons = 50_000;
}
