namespace Sightglass.Server.Executions.Lines;

/// <summary>Bounds of what is read and remembered to find the lines of a log by their numbers.</summary>
internal static class LineLimits
{
    /// <summary>How many lines an answer has where nothing else is asked.</summary>
    public const int DefaultLines = 500;

    /// <summary>The most lines that may be asked for.</summary>
    public const int MaxLines = 2000;

    /// <summary>The characters of a line that are given where nothing else is asked.</summary>
    public const int DefaultWidth = 2000;

    /// <summary>The most characters of one line that are kept, searched and given; its length is told in any case.</summary>
    public const int MaxWidth = 1024 * 1024;

    /// <summary>The most characters of lines that wait for their ends, of all stages together; the length of further ones is kept alone.</summary>
    public const int MaxHeldChars = 2 * 1024 * 1024;

    /// <summary>The characters with which an answer ends, whatever its limit; it has one line at least.</summary>
    public const int MaxWindowChars = 2 * 1024 * 1024;

    /// <summary>The most lines without an end that an answer tells.</summary>
    public const int MaxOpenLines = 100;

    /// <summary>The most characters of a text that is searched for.</summary>
    public const int MaxQueryChars = 200;

    /// <summary>The bytes of a log between two places from which it can be read on; of a log over 256 MiB they grow with it.</summary>
    public const int PointBytes = 256 * 1024;

    /// <summary>The bytes of a log that one request looks at to count its lines; the next one goes on.</summary>
    public const int StepBytes = 32 * 1024 * 1024;

    /// <summary>The most characters that the places of one log hold of lines that go over them; more lines are cut there.</summary>
    public const int MaxCarriedChars = 16 * 1024 * 1024;

    /// <summary>The most filters whose counts are remembered for one log.</summary>
    public const int MaxFilters = 16;

    /// <summary>The most bytes that are remembered of all logs together.</summary>
    public const long CacheBytes = 64 * 1024 * 1024;

    /// <summary>How many logs are looked at at the same time; further requests wait.</summary>
    public const int MaxScans = 2;
}
