using System.Globalization;

namespace Sightglass.Core.Definitions;

/// <summary>One field of a cron expression: its range, its names and how values, ranges and steps of it are read.</summary>
internal sealed class CronField(string name, int min, int max, IReadOnlyList<string>? names = null, int firstName = 0)
{
    public static CronField Second { get; } = new("second", 0, 59);

    public static CronField Minute { get; } = new("minute", 0, 59);

    public static CronField Hour { get; } = new("hour", 0, 23);

    public static CronField DayOfMonth { get; } = new("day of month", 1, 31);

    public static CronField Month { get; } = new("month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"], 1);

    /// <summary>Gets the day of week; 7 is Sunday as well as 0.</summary>
    public static CronField DayOfWeek { get; } = new("day of week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

    public string Name => name;

    /// <summary>Gets every value of the field.</summary>
    public ulong All => Bits(min, max, 1);

    /// <summary>Reads one item of a list: <c>*</c>, <c>5</c>, <c>1-5</c>, <c>MON-FRI</c>, each with a step.</summary>
    /// <returns>The values as bits, or 0 with the error.</returns>
    public ulong Read(string item, int column, out CronError? error)
    {
        error = null;
        var slash = item.IndexOf('/', StringComparison.Ordinal);
        var range = slash < 0 ? item : item[..slash];
        var step = 1;
        if (slash >= 0 && (!int.TryParse(item.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out step) || step is < 1 or > 1_000))
        {
            error = new CronError($"'{item}' has no step after the '/'", $"write a number from 1, such as '{(range.Length == 0 ? "*" : range)}/5'", column + slash + 1);
            return 0;
        }

        if (range == "*") return Bits(min, max, step);
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        if (Value(dash < 0 ? range : range[..dash], column, out error) is not { } low) return 0;
        if (dash < 0) return slash < 0 ? Bits(low, low, 1) : Bits(low, max, step);
        if (Value(range[(dash + 1)..], column + dash + 1, out error) is not { } high) return 0;
        if (low <= high) return Bits(low, high, step);

        // A week has no end: FRI-MON is what people write. 5-1 are the days from 5 to 8.
        if (this == DayOfWeek) return Bits(low, high + 7, step);
        error = new CronError($"the range '{range}' of the {name} ends before it begins", $"write '{low}-{max},{min}-{high}' if that is meant", column);
        return 0;
    }

    /// <summary>Reads a value or a name.</summary>
    public int? Value(string text, int column, out CronError? error)
    {
        error = null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max) return value;
        for (var i = 0; i < names?.Count; i++)
        {
            if (names[i].Equals(text, StringComparison.OrdinalIgnoreCase)) return i + firstName;
        }

        var found = text.Length == 0 ? "nothing" : $"'{text}'";
        var all = names is null ? $"from {min} to {max}" : $"from {min} to {max} or {names[0]} to {names[^1]}";
        error = new CronError($"the {name} is a number {all}, found {found}", this == DayOfWeek ? "0 and 7 are Sunday, 1 is Monday" : null, column);
        return null;
    }

    private ulong Bits(int low, int high, int step)
    {
        ulong bits = 0;
        for (var value = low; value <= high; value += step) bits |= 1UL << (this == DayOfWeek ? value % 7 : value);
        return bits;
    }
}
