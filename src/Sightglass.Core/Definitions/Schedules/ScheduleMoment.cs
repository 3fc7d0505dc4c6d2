using System.Globalization;

namespace Sightglass.Core.Definitions;

/// <summary>Reads <c>startAt</c> and <c>endAt</c>.</summary>
internal static class ScheduleMoment
{
    private static readonly string[] WithOffset = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"];
    private static readonly string[] OnTheWall = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>Reads a moment with an offset, or what the clock of a zone shows.</summary>
    /// <returns>The moment; <see langword="null"/> where there is no text, or it is none.</returns>
    public static DateTimeOffset? Read(string? text, TimeZoneInfo zone)
    {
        if (text is null) return null;
        if (DateTime.TryParseExact(text, OnTheWall, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && IsUsual(time.Year))
            return WallClock.MomentsOf(zone, time, out var jump).First ?? jump;
        return DateTimeOffset.TryParseExact(text, WithOffset, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && IsUsual(moment.Year)
            ? moment.ToUniversalTime()
            : null;
    }

    private static bool IsUsual(int year) => year is >= 1970 and < 9_900;
}
