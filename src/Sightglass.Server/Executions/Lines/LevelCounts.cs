namespace Sightglass.Server.Executions.Lines;

/// <summary>How many lines there are of each level.</summary>
internal readonly record struct LevelCounts(long Debug, long Info, long Warning, long Error)
{
    /// <summary>The names of the levels, in the order of their numbers.</summary>
    public static readonly string[] Names = ["debug", "info", "warning", "error"];

    /// <summary>Gets the number of a level; one that is not known counts as info.</summary>
    public static int NumberOf(string level) => level switch { "debug" => 0, "warning" => 2, "error" => 3, _ => 1 };

    /// <summary>Adds a line of a level.</summary>
    public LevelCounts With(int level) => level switch
    {
        0 => this with { Debug = Debug + 1 },
        2 => this with { Warning = Warning + 1 },
        3 => this with { Error = Error + 1 },
        _ => this with { Info = Info + 1 },
    };

    /// <summary>Gives how many lines there are of the levels whose bits are set.</summary>
    public long Sum(int levels) =>
        ((levels & 1) != 0 ? Debug : 0) + ((levels & 2) != 0 ? Info : 0) + ((levels & 4) != 0 ? Warning : 0) + ((levels & 8) != 0 ? Error : 0);
}
