using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Definitions;

/// <summary>A length of time as pipeline files write it: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
/// <param name="Value">The length.</param>
[JsonConverter(typeof(DurationConverter))]
public readonly record struct Duration(TimeSpan Value)
{
    /// <summary>The longest length accepted: 366 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>Makes a duration of seconds.</summary>
    public static Duration FromSeconds(double seconds) => new(TimeSpan.FromSeconds(seconds));

    /// <summary>Reads the written form; a bare number is refused, since its unit would be a guess.</summary>
    public static bool TryParse(string? text, out Duration duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text)) return false;
        var rest = text.AsSpan();
        double milliseconds = 0;
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.')) digits++;
            if (digits == 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)) return false;
            rest = rest[digits..];
            var letters = 0;
            while (letters < rest.Length && char.IsAsciiLetter(rest[letters])) letters++;
            double? unit = rest[..letters] switch
            {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                _ => null,
            };
            if (unit is null) return false;
            rest = rest[letters..];
            milliseconds += amount * unit.Value;
        }

        if (milliseconds > Longest.TotalMilliseconds) return false;
        duration = new Duration(TimeSpan.FromMilliseconds(milliseconds));
        return true;
    }

    /// <summary>Gives the written form, the shortest that is exact to the millisecond.</summary>
    public override string ToString()
    {
        var left = (long)Value.TotalMilliseconds;
        if (left == 0) return "0s";
        var text = "";
        foreach (var (unit, size) in (ReadOnlySpan<(string, long)>)[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)])
        {
            if (left < size) continue;
            text += (left / size).ToString(CultureInfo.InvariantCulture) + unit;
            left %= size;
        }

        return text;
    }
}

internal sealed class DurationConverter : JsonConverter<Duration>
{
    public override Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Duration.TryParse(reader.GetString(), out var duration)
            ? duration
            : throw new JsonException("expected a duration such as 30s, 5m or 1h30m");

    public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>Writes enum members as <c>cancel-oldest</c>; a class of its own because a converter attribute takes no arguments.</summary>
internal sealed class KebabEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
