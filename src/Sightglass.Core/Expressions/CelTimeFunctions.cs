using System.Globalization;

namespace Sightglass.Core.Expressions;

/// <summary>Parts of timestamps, in a time zone if one is named, and durations in whole units.</summary>
internal static class CelTimeFunctions
{
    internal static IEnumerable<CelFunction> All { get; } =
    [
        Part("getFullYear", t => t.Year),
        Part("getMonth", t => t.Month - 1),
        Part("getDate", t => t.Day),
        Part("getDayOfMonth", t => t.Day - 1),
        Part("getDayOfWeek", t => (long)t.DayOfWeek),
        Part("getDayOfYear", t => t.DayOfYear - 1),
        Part("getHours", t => t.Hour, d => d / (3600 * CelTime.NanosPerSecond)),
        Part("getMinutes", t => t.Minute, d => d / (60 * CelTime.NanosPerSecond)),
        Part("getSeconds", t => t.Second, d => d / CelTime.NanosPerSecond),
        new("getMilliseconds", true, 1, 2, Milliseconds),
    ];

    private static CelFunction Part(string name, Func<DateTime, long> ofTimestamp, Func<long, long>? ofDuration = null) => new(name, true, 1, 2, (frame, args) =>
    {
        if (args[0].Kind == CelKind.Duration && ofDuration is not null && args.Length == 1)
            return CelValue.Int(ofDuration(args[0].IntUnsafe));
        var fault = TryLocal(name, frame, args, out var local);
        return fault.IsFault ? fault : CelValue.Int(ofTimestamp(local));
    });

    private static CelValue Milliseconds(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind == CelKind.Duration && args.Length == 1)
            return CelValue.Int(args[0].IntUnsafe % CelTime.NanosPerSecond / 1_000_000);
        var fault = TryLocal("getMilliseconds", frame, args, out _);
        return fault.IsFault ? fault : CelValue.Int(args[0].NanosUnsafe / 1_000_000);
    }

    private static CelValue TryLocal(string name, EvalFrame frame, ReadOnlySpan<CelValue> args, out DateTime local)
    {
        local = default;
        if (args[0].Kind != CelKind.Timestamp)
            return CelFault.Overload($"'{name}'", "timestamp", args[0]);
        var utc = DateTime.UnixEpoch.AddSeconds(args[0].SecondsUnsafe);
        if (args.Length == 1)
        {
            local = utc;
            return default;
        }

        if (args[1].Kind != CelKind.String)
            return CelFault.Overload($"'{name}'", "string as time zone", args[1]);
        // An unknown name is looked for in the file system each time.
        if (!frame.Charge(100))
            return CelFault.Budget();
        if (!TryOffset(args[1].StringUnsafe, utc, out var offset))
            return CelFault.Of(CelErrorCodes.InvalidArgument, "unknown time zone: expected a name such as 'Europe/Zurich' or an offset such as '+02:00'");
        var ticks = utc.Ticks + offset.Ticks;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
            return CelFault.Overflow("timestamp");
        local = new DateTime(ticks, DateTimeKind.Unspecified);
        return default;
    }

    private static bool TryOffset(string zone, DateTime utc, out TimeSpan offset)
    {
        offset = default;
        if (zone.Length is 0 or > 64)
            return false;
        var sign = zone[0] == '-' ? -1 : 1;
        var digits = zone[0] is '+' or '-' ? zone[1..] : zone;
        if (digits.Length == 5 && digits[2] == ':' && int.TryParse(digits.AsSpan(0, 2), NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            && int.TryParse(digits.AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes))
        {
            offset = TimeSpan.FromMinutes(sign * ((hours * 60) + minutes));
            return hours < 24 && minutes < 60;
        }

        // Names of files above the zone directory must not be probed.
        if (!char.IsAsciiLetter(zone[0]) || zone.Contains("..", StringComparison.Ordinal) || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var info))
            return false;
        offset = info.GetUtcOffset(utc);
        return true;
    }
}
