namespace Sightglass.Core.Definitions;

/// <summary>Times of a clock on the wall of a time zone as moments, where clocks jump too.</summary>
/// <remarks>It asks the zone for offsets of moments alone: those are right also where a zone changes its offset for good,
/// which is not called daylight saving.</remarks>
internal static class WallClock
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>Gives what the clock shows.</summary>
    public static DateTime Read(TimeZoneInfo zone, DateTimeOffset moment) => DateTime.SpecifyKind(moment.UtcDateTime + zone.GetUtcOffset(moment), DateTimeKind.Unspecified);

    /// <summary>Gives the moments at which the clock shows a time: one; two where it is put back over it; none where it is put
    /// forward over it, which is when <paramref name="jump"/> is the moment at which that happens.</summary>
    public static (DateTimeOffset? First, DateTimeOffset? Second) MomentsOf(TimeZoneInfo zone, DateTime time, out DateTimeOffset jump)
    {
        jump = default;
        var asUtc = new DateTimeOffset(time, TimeSpan.Zero);

        // No zone changes its offset twice within two days.
        var (before, after) = (zone.GetUtcOffset(asUtc - Day), zone.GetUtcOffset(asUtc + Day));
        var early = asUtc - (before > after ? before : after);
        if (before == after) return (early, null);
        var late = asUtc - (before > after ? after : before);
        var isEarly = early + zone.GetUtcOffset(early) == asUtc;
        var isLate = late + zone.GetUtcOffset(late) == asUtc;
        if (isEarly) return (early, isLate ? late : null);
        if (isLate) return (late, null);
        jump = JumpBetween(zone, early, late);
        return (null, null);
    }

    /// <summary>Gives the moment, to the second, from which on the offset is another.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="before">A moment before the jump.</param>
    /// <param name="after">A moment after it.</param>
    public static DateTimeOffset JumpBetween(TimeZoneInfo zone, DateTimeOffset before, DateTimeOffset after)
    {
        var old = zone.GetUtcOffset(before);
        var (low, high) = (before.ToUnixTimeSeconds(), after.ToUnixTimeSeconds());
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == old) low = middle;
            else high = middle;
        }

        return DateTimeOffset.FromUnixTimeSeconds(high);
    }
}
