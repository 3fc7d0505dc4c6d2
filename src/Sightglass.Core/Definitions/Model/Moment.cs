using System.Globalization;

namespace Sightglass.Core.Definitions;

/// <summary>A moment as <c>wait.until</c> takes it.</summary>
internal static class Moment
{
    // Exact: a time without its day would be read as one of today, by the machine's clock.
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd"];

    /// <summary>Reads a moment; one without an offset is UTC.</summary>
    public static bool TryParse(string? text, out DateTimeOffset moment) =>
        DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);
}
