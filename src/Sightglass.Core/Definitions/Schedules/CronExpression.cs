using System.Numerics;

namespace Sightglass.Core.Definitions;

/// <summary>A cron expression, as a clock on a wall reads it: time zones are another's matter.</summary>
internal sealed class CronExpression
{
    private static readonly Dictionary<string, string> Macros = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private readonly CronDays _days = new();
    private ulong _seconds = 1;
    private ulong _minutes;
    private ulong _hours;
    private ulong _months;

    private CronExpression()
    {
    }

    /// <summary>Gets whether it means every so often rather than at times of the day: a field of the clock has <c>*</c>, a range
    /// or a step. Such a one goes on through a doubled hour and does not make up for a missing one.</summary>
    public bool IsInterval { get; private set; }

    /// <summary>Reads five fields, six with seconds first, or one of the words.</summary>
    public static CronExpression? TryParse(string text, out CronError? error)
    {
        error = null;
        if (text.Length > DefinitionLimits.CronLength)
        {
            error = new CronError($"the cron expression has {text.Length} characters; {DefinitionLimits.CronLength} are allowed", null, 1);
            return null;
        }

        var trimmed = text.Trim();
        if (trimmed.StartsWith('@'))
        {
            if (Macros.TryGetValue(trimmed, out var macro)) return TryParse(macro, out error);
            error = trimmed.StartsWith("@every", StringComparison.OrdinalIgnoreCase)
                ? new CronError("'@every' is no cron expression", $"write 'every: {(trimmed.Length > 7 ? trimmed[7..].Trim() : "15m")}' instead of 'cron'", 1)
                : new CronError($"'{trimmed}' is not known", "write one of " + string.Join(", ", Macros.Keys), 1);
            return null;
        }

        var parts = Split(text);
        if (parts.Count is 5 or 6) return new CronExpression().Read(parts, out error);
        error = new CronError(
            parts.Count == 7 ? "a cron expression of 7 fields names years, which are not read" : $"a cron expression has 5 fields, or 6 with seconds first; found {parts.Count}",
            parts.Count == 7 ? "remove the last field and use 'startAt' and 'endAt'" : "write minute, hour, day of month, month and day of week: '0 3 * * 1-5'",
            1);
        return null;
    }

    /// <summary>Gives the first time after another, to the second.</summary>
    /// <returns>The time; <see langword="null"/> where there is none.</returns>
    public DateTime? Next(DateTime after)
    {
        if (after.Year >= 9_999 - DefinitionLimits.ScheduleYears) return null;
        var from = new DateTime(after.Ticks - (after.Ticks % TimeSpan.TicksPerSecond)).AddSeconds(1);
        for (var month = new DateTime(from.Year, from.Month, 1); month.Year <= from.Year + DefinitionLimits.ScheduleYears; month = month.AddMonths(1))
        {
            if ((_months >> month.Month & 1) == 0) continue;
            var isFirst = month.Year == from.Year && month.Month == from.Month;
            var days = _days.Of(month.Year, month.Month);
            for (var day = NextBit(days, isFirst ? from.Day : 1); day > 0; day = NextBit(days, day + 1))
            {
                var date = month.AddDays(day - 1);
                if (TimeOf(date == from.Date ? from.TimeOfDay : TimeSpan.Zero) is { } time) return date + time;
            }
        }

        return null;
    }

    private TimeSpan? TimeOf(TimeSpan from)
    {
        for (var hour = NextBit(_hours, from.Hours); hour >= 0; hour = NextBit(_hours, hour + 1))
        {
            var isHour = hour == from.Hours;
            for (var minute = NextBit(_minutes, isHour ? from.Minutes : 0); minute >= 0; minute = NextBit(_minutes, minute + 1))
            {
                var second = NextBit(_seconds, isHour && minute == from.Minutes ? from.Seconds : 0);
                if (second >= 0) return new TimeSpan(hour, minute, second);
            }
        }

        return null;
    }

    private static int NextBit(ulong bits, int from)
    {
        var left = from > 63 ? 0 : bits >> from;
        return left == 0 ? -1 : from + BitOperations.TrailingZeroCount(left);
    }

    private CronExpression? Read(List<(string Text, int Column)> parts, out CronError? error)
    {
        var at = parts.Count - 5;
        if (at == 1 && !ReadClock(CronField.Second, parts[0], out _seconds, out error)) return null;
        return ReadClock(CronField.Minute, parts[at], out _minutes, out error)
            && ReadClock(CronField.Hour, parts[at + 1], out _hours, out error)
            && ReadItems(parts[at + 2], _days.AddDay, out error)
            && ReadField(CronField.Month, parts[at + 3], out _months, out error)
            && ReadItems(parts[at + 4], _days.AddWeekday, out error)
            ? this
            : null;
    }

    private bool ReadClock(CronField field, (string Text, int Column) part, out ulong bits, out CronError? error)
    {
        IsInterval |= part.Text.AsSpan().IndexOfAny('*', '-', '/') >= 0;
        return ReadField(field, part, out bits, out error);
    }

    private static bool ReadField(CronField field, (string Text, int Column) part, out ulong bits, out CronError? error)
    {
        ulong found = 0;
        var fits = ReadItems(part, (item, column, _) =>
        {
            if (item == "?") return new CronError($"'?' is no {field.Name}", "write '*'", column);
            found |= field.Read(item, column, out var wrong);
            return wrong;
        }, out error);
        bits = found;
        return fits;
    }

    private static bool ReadItems((string Text, int Column) part, Func<string, int, bool, CronError?> add, out CronError? error)
    {
        var column = part.Column;
        foreach (var item in part.Text.Split(','))
        {
            error = add(item, column, column == part.Column);
            if (error is not null) return false;
            column += item.Length + 1;
        }

        error = null;
        return true;
    }

    private static List<(string Text, int Column)> Split(string text)
    {
        var parts = new List<(string, int)>();
        for (var i = 0; i < text.Length;)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                i++;
                continue;
            }

            var start = i;
            while (i < text.Length && !char.IsWhiteSpace(text[i])) i++;
            parts.Add((text[start..i], start + 1));
        }

        return parts;
    }
}
