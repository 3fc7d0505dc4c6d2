using System.Globalization;
using System.Text.Json.Nodes;

namespace Sightglass.Server.OpenApi;

/// <summary>What a parameter may be.</summary>
internal sealed record Constraint
{
    private Constraint(string type) => Type = type;

    /// <summary>Gets the type as JSON Schema names it.</summary>
    public string Type { get; }

    /// <summary>Gets the least number, or the least length of a text.</summary>
    public long? Least { get; private init; }

    /// <summary>Gets the greatest number, or the most characters of a text.</summary>
    public long? Most { get; private init; }

    /// <summary>Gets the texts that are taken; empty where any is.</summary>
    public IReadOnlyList<string> Choices { get; private init; } = [];

    /// <summary>Gets what it stands for, such as <c>uuid</c>.</summary>
    public string? Format { get; private init; }

    /// <summary>Gets what it counts as where it is left out.</summary>
    public string? Default { get; private init; }

    /// <summary>Gets whether it is a list, with commas between its items.</summary>
    public bool IsList { get; private init; }

    /// <summary>Gets whether a list is the parameter several times instead: its items may hold commas.</summary>
    public bool IsRepeated { get; private init; }

    /// <summary>A whole number.</summary>
    public static Constraint Number(long least, long most, long? byDefault = null) =>
        new("integer") { Least = least, Most = most, Default = byDefault?.ToString(CultureInfo.InvariantCulture) };

    /// <summary>A text of a bounded length.</summary>
    public static Constraint Text(int most, int least = 0) => new("string") { Least = least, Most = most };

    /// <summary>A text with a meaning of its own, such as <c>uuid</c> or <c>date-time</c>.</summary>
    public static Constraint Of(string format) => new("string") { Format = format };

    /// <summary>One of several texts; the first counts where it is left out, unless there is no default.</summary>
    public static Constraint OneOf(params IReadOnlyList<string> choices) => new("string") { Choices = choices, Default = choices[0] };

    /// <summary>True or false.</summary>
    public static Constraint Flag(bool byDefault = false) => new("boolean") { Default = byDefault ? "true" : "false" };

    /// <summary>The same several times, with commas between.</summary>
    public Constraint List(int most) => this with { IsList = true, MostItems = most, Default = null };

    /// <summary>The same several times, each under the name.</summary>
    public Constraint Repeated(int most) => List(most) with { IsRepeated = true };

    /// <summary>The same, and nothing counts in its place.</summary>
    public Constraint NoDefault() => this with { Default = null };

    /// <summary>Gets the most items of a list.</summary>
    public int MostItems { get; private init; }

    /// <summary>Says what is wrong with a text, to follow its name; nothing where it is right.</summary>
    public string? Explain(string text)
    {
        if (Type == "integer")
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Least && number <= Most ? null : $"must be a whole number from {Least} to {Most}, got '{Cut(text)}'";
        if (Type == "boolean") return text is "true" or "false" ? null : $"must be true or false, got '{Cut(text)}'";
        if (Choices.Count > 0) return Choices.Contains(text) ? null : $"must be one of {string.Join(", ", Choices)}, got '{Cut(text)}'";
        if (text.Length > Most) return $"has {text.Length:N0} characters; {Most:N0} are allowed";
        if (text.Length < Least) return $"has fewer than {Least} characters";
        if (text.Any(char.IsControl)) return "holds a control character";
        return Format == "uuid" && !Guid.TryParseExact(text, "D", out _) ? $"must be a UUID, got '{Cut(text)}'" : null;
    }

    // As much of what was given as one needs to find it again.
    private static string Cut(string text) => text.Length <= 50 ? text : text[..(char.IsHighSurrogate(text[49]) ? 49 : 50)] + "…";

    /// <summary>Gives it as a JSON Schema.</summary>
    public JsonObject ToSchema()
    {
        var schema = new JsonObject { ["type"] = Type };
        if (Format is not null) schema["format"] = Format;
        if (Choices.Count > 0) schema["enum"] = new JsonArray([.. Choices.Select(c => (JsonNode)c)]);
        if (Least is { } least && (Type == "integer" || least > 0)) schema[Type == "integer" ? "minimum" : "minLength"] = least;
        if (Most is { } most) schema[Type == "integer" ? "maximum" : "maxLength"] = most;
        if (Default is not null) schema["default"] = Type == "string" ? Default : JsonNode.Parse(Default);
        return IsList ? new JsonObject { ["type"] = "array", ["items"] = schema, ["maxItems"] = MostItems } : schema;
    }
}
