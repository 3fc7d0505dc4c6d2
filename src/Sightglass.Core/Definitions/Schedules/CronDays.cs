using System.Globalization;
using System.Numerics;

namespace Sightglass.Core.Definitions;

/// <summary>The days of a cron expression: day of month and day of week with what they share.</summary>
/// <remarks>Where both are restricted, a day that fits either fits, as in every cron since 1987; a field that begins with
/// <c>*</c> or is <c>?</c> restricts nothing, and then both must fit.</remarks>
internal sealed class CronDays
{
    private readonly List<(int Day, int Nth)> _nth = [];
    private ulong _days;
    private ulong _weekdays;
    private ulong _nearest;
    private ulong _lastOf;
    private ulong _beforeLast;
    private bool _lastWorkday;
    private bool _anyDay;
    private bool _anyWeekday;

    /// <summary>Reads one item of the day of month.</summary>
    public CronError? AddDay(string item, int column, bool isFirst)
    {
        if (isFirst) _anyDay = item == "?" || item.StartsWith('*');
        var text = item.ToUpperInvariant();
        if (text == "?")
        {
            _days |= CronField.DayOfMonth.All;
            return null;
        }

        if (text == "LW")
        {
            _lastWorkday = true;
            return null;
        }

        if (text.StartsWith('L'))
        {
            var back = 0;
            if (text != "L" && (!text.StartsWith("L-", StringComparison.Ordinal) || !int.TryParse(text.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out back) || back > 30))
                return new CronError($"'{item}' is no day of month", "write 'L' for the last day, 'L-3' for three days before it, 'LW' for the last weekday", column);
            _beforeLast |= 1UL << back;
            return null;
        }

        CronError? error;
        if (text.EndsWith('W'))
        {
            if (CronField.DayOfMonth.Value(text[..^1], column, out error) is { } near) _nearest |= 1UL << near;
            return error;
        }

        _days |= CronField.DayOfMonth.Read(text, column, out error);
        return error;
    }

    /// <summary>Reads one item of the day of week.</summary>
    public CronError? AddWeekday(string item, int column, bool isFirst)
    {
        if (isFirst) _anyWeekday = item == "?" || item.StartsWith('*');
        var text = item.ToUpperInvariant();
        CronError? error;
        if (text == "?")
        {
            _weekdays |= CronField.DayOfWeek.All;
            return null;
        }

        if (text == "L") return new CronError("'L' alone is no day of week", "write '5L' for the last Friday of the month, or 6 for Saturday", column);
        if (text.EndsWith('L'))
        {
            if (CronField.DayOfWeek.Value(text[..^1], column, out error) is { } last) _lastOf |= 1UL << (last % 7);
            return error;
        }

        var hash = text.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0)
        {
            _weekdays |= CronField.DayOfWeek.Read(text, column, out error);
            return error;
        }

        if (CronField.DayOfWeek.Value(text[..hash], column, out error) is not { } day) return error;
        if (!int.TryParse(text.AsSpan(hash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var nth) || nth is < 1 or > 5)
            return new CronError($"'{item}' does not say which one of the month", "write 1 to 5 after the '#': 'MON#2' is the second Monday", column + hash + 1);
        _nth.Add((day % 7, nth));
        return null;
    }

    /// <summary>Gives the days of a month that fit, as bits.</summary>
    public ulong Of(int year, int month)
    {
        var length = DateTime.DaysInMonth(year, month);
        var first = (int)new DateTime(year, month, 1).DayOfWeek;
        var all = ((1UL << (length + 1)) - 1) & ~1UL;
        var byDay = DaysOfMonth(length, first) & all;
        var byWeekday = DaysOfWeek(length, first) & all;
        return _anyDay || _anyWeekday ? byDay & byWeekday : byDay | byWeekday;
    }

    private ulong DaysOfMonth(int length, int first)
    {
        var found = _days;
        for (var bits = _beforeLast; bits != 0; bits &= bits - 1)
        {
            var day = length - BitOperations.TrailingZeroCount(bits);
            if (day >= 1) found |= 1UL << day;
        }

        for (var bits = _nearest; bits != 0; bits &= bits - 1)
        {
            var day = BitOperations.TrailingZeroCount(bits);
            if (day <= length) found |= 1UL << Workday(day);
        }

        if (_lastWorkday) found |= 1UL << Workday(length);
        return found;

        // The nearest day from Monday to Friday that does not leave the month.
        int Workday(int day) => ((first + day - 1) % 7) switch
        {
            6 => day == 1 ? 3 : day - 1,
            0 => day == length ? day - 2 : day + 1,
            _ => day,
        };
    }

    private ulong DaysOfWeek(int length, int first)
    {
        ulong found = 0;
        for (var day = 1; day <= length; day++)
        {
            var weekday = (first + day - 1) % 7;
            if ((_weekdays >> weekday & 1) != 0 || ((_lastOf >> weekday & 1) != 0 && day + 7 > length)) found |= 1UL << day;
        }

        foreach (var (weekday, nth) in _nth)
        {
            var day = 1 + ((weekday - first + 7) % 7) + (7 * (nth - 1));
            if (day <= length) found |= 1UL << day;
        }

        return found;
    }
}
