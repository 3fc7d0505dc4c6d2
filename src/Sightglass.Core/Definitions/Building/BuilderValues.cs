using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Turns what C# writes into what definitions hold, and remembers what could not be turned.</summary>
internal sealed class BuilderValues
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public List<Problem> Problems { get; } = [];

    public Duration? Time(string text, string path)
    {
        if (Duration.TryParse(text, out var duration)) return duration;
        Problems.Add(new Problem(ProblemCodes.BadDuration, ProblemSeverity.Error, $"expected a duration, found '{text}'", "write 500ms, 30s, 5m, 1h30m or 2d, at most 366d", "", 0, 0, path));
        return null;
    }

    public JsonElement? Value(object? value, string path)
    {
        if (value is null) return null;
        if (value is JsonElement element) return element.Clone();
        try
        {
            return JsonSerializer.SerializeToElement(value, Options);
        }
        catch (Exception error) when (error is NotSupportedException or JsonException or ArgumentException)
        {
            Problems.Add(new Problem(ProblemCodes.WrongType, ProblemSeverity.Error, "the value cannot be written as JSON: " + error.Message, null, "", 0, 0, path));
            return null;
        }
    }
}
