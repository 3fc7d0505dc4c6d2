namespace Sightglass.Sqlite.Database;

/// <summary>The number under which an execution stands in the search: in order of creation, so that the newest matches are
/// found first and no further. It is the microsecond of its creation and a number within it.</summary>
internal static class SearchPlace
{
    /// <summary>How many executions of one microsecond have a place of it; one more takes the next free one after it.</summary>
    public const long PerMicrosecond = 1 << Bits;

    private const int Bits = 11;

    // 2000-01-01; 142 years to either side fit.
    private const long Origin = 946_684_800_000_000;
    private const long Farthest = (1L << 52) - 2;

    /// <summary>Gives the first place of a microsecond since 1970.</summary>
    public static long FirstOf(long created) => Math.Clamp(created - Origin, -Farthest, Farthest) << Bits;

    /// <summary>Gives the SQL that turns a place back into the microsecond.</summary>
    public static string CreatedOf(string place) => $"({place} >> {Bits}) + {Origin}";
}
