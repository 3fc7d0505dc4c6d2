using System.Globalization;

namespace Sightglass.Cli.LiveView;

/// <summary>Durations and amounts as people read them.</summary>
internal static class Durations
{
    public static string Of(double milliseconds)
    {
        // Rounded where the dashboard rounds, so that both tell the same.
        var ms = Math.Max(0, milliseconds);
        if (ms < 999.5) return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(ms)} ms");
        if (ms < 59_950) return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(ms / 100, MidpointRounding.AwayFromZero) / 10:0.0} s");
        var time = TimeSpan.FromSeconds(Math.Round(ms / 1000, MidpointRounding.AwayFromZero));
        if (time.TotalHours < 1) return string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} m {time.Seconds:00} s");
        return string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} m");
    }

    /// <summary>Writes how long an attempt took; of one that was lost nobody knows more than when that was found.</summary>
    public static string Of(double milliseconds, bool isLost) => (isLost ? "≤ " : "") + Of(milliseconds);

    public static string Of(TimeSpan time) => Of(time.TotalMilliseconds);

    public static string Cost(decimal cost) => string.Create(CultureInfo.InvariantCulture, $"${cost:0.00##}");

    /// <summary>Writes a count with its noun: <c>1 stage</c>, <c>2 stages</c>.</summary>
    public static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");
}
