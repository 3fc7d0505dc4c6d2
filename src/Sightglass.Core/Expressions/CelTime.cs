using System.Globalization;

namespace Sightglass.Core.Expressions;

/// <summary>Reads timestamps (RFC 3339) and durations (<c>1h30m</c>, <c>1.5s</c>) with nanoseconds.</summary>
internal static class CelTime
{
    internal const long MinSeconds = -62135596800;
    internal const long MaxSeconds = 253402300799;
    internal const long NanosPerSecond = 1_000_000_000;

    internal static bool TryParseTimestamp(string text, out CelValue value)
    {
        value = default;
        if (text.Length is < 20 or > 64 || !HasShape(text)
            || !Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day)
            || !Digits(text, 11, 2, out var hour) || !Digits(text, 14, 2, out var minute) || !Digits(text, 17, 2, out var second))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        var at = 19;
        var nanos = 0;
        if (text[at] == '.' && !Fraction(text, ref at, out nanos))
            return false;
        if (!Offset(text, at, out var offset))
            return false;
        var seconds = (new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerSecond;
        return TryUnix(seconds - offset, nanos, out value);
    }

    internal static bool TryUnix(long seconds, long nanos, out CelValue value)
    {
        value = default;
        if (seconds is < MinSeconds or > MaxSeconds)
            return false;
        value = CelValue.FromUnix(seconds, (int)nanos);
        return true;
    }

    /// <summary>Moves a timestamp; false when it would leave years 1 to 9999.</summary>
    internal static bool TryAdd(in CelValue timestamp, Int128 nanoseconds, out CelValue value)
    {
        var total = ((Int128)timestamp.SecondsUnsafe * NanosPerSecond) + timestamp.NanosUnsafe + nanoseconds;
        var seconds = total / NanosPerSecond;
        var nanos = total % NanosPerSecond;
        if (nanos < 0)
        {
            nanos += NanosPerSecond;
            seconds--;
        }

        return TryUnix((long)seconds, (long)nanos, out value);
    }

    internal static bool TryParseDuration(string text, out CelValue value)
    {
        value = default;
        if (text.Length is 0 or > 128)
            return false;
        var at = 0;
        var negative = text[0] == '-';
        if (text[0] is '-' or '+')
            at++;
        if (text.Length - at == 1 && text[at] == '0')
        {
            value = CelValue.FromNanoseconds(0);
            return true;
        }

        decimal total = 0;
        if (at == text.Length)
            return false;
        while (at < text.Length)
        {
            var start = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            if (at - start > 24
                || !decimal.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || !Unit(text, ref at, out var unit))
                return false;
            if (number > 9223372036854775808m / unit)
                return false;
            total += Math.Truncate(number * unit);
            if (total > 9223372036854775808m)
                return false;
        }

        total = negative ? -total : total;
        if (total > long.MaxValue)
            return false;
        value = CelValue.FromNanoseconds((long)total);
        return true;
    }

    private static bool HasShape(string text) =>
        text[4] == '-' && text[7] == '-' && text[10] is 'T' or 't' && text[13] == ':' && text[16] == ':';

    private static bool Digits(string text, int at, int count, out int value)
    {
        value = 0;
        if (at + count > text.Length)
            return false;
        for (var i = at; i < at + count; i++)
        {
            if (!char.IsAsciiDigit(text[i]))
                return false;
            value = (value * 10) + (text[i] - '0');
        }

        return true;
    }

    private static bool Fraction(string text, ref int at, out int nanos)
    {
        nanos = 0;
        var scale = (int)NanosPerSecond;
        var start = ++at;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            scale /= 10;
            nanos += (text[at] - '0') * scale;
        }

        return at - start is > 0 and <= 9;
    }

    private static bool Offset(string text, int at, out int seconds)
    {
        seconds = 0;
        if (at == text.Length - 1)
            return text[at] is 'Z' or 'z';
        if (at != text.Length - 6 || text[at] is not ('+' or '-') || text[at + 3] != ':'
            || !Digits(text, at + 1, 2, out var hours) || !Digits(text, at + 4, 2, out var minutes) || hours > 23 || minutes > 59)
            return false;
        seconds = ((hours * 60) + minutes) * (text[at] == '-' ? -60 : 60);
        return true;
    }

    private static bool Unit(string text, ref int at, out decimal nanos)
    {
        var start = at;
        while (at < text.Length && !char.IsAsciiDigit(text[at]) && text[at] != '.')
            at++;
        nanos = text[start..at] switch
        {
            "h" => 3600e9m,
            "m" => 60e9m,
            "s" => 1e9m,
            "ms" => 1e6m,
            "us" or "\u00b5s" or "\u03bcs" => 1e3m,
            "ns" => 1,
            _ => 0,
        };
        return nanos != 0;
    }
}
