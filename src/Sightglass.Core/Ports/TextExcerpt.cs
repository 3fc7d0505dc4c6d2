using System.Text.Json;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Ports;

/// <summary>The beginning of an input or an output as text, for lists and for the search. The log has the whole of it.</summary>
/// <param name="Text">At most <see cref="MaxChars"/> characters, never half a surrogate pair.</param>
/// <param name="Kind">How to show it.</param>
/// <param name="IsCut">Whether there is more.</param>
public sealed record TextExcerpt(string Text, ExcerptKind Kind, bool IsCut)
{
    /// <summary>The most characters of an excerpt; an <c>IsCut</c> tells that there were more.</summary>
    public const int MaxChars = 4096;

    private const string Fence = "```";

    /// <summary>Gives the excerpt of a value: a text as it is, also where it is the only entry of an object; any other value
    /// as JSON. Null and an empty object give an empty text.</summary>
    /// <param name="value">The value.</param>
    /// <param name="json">The value itself where it is stored apart and at hand; without it, its preview has to do.</param>
    public static TextExcerpt Of(Payload value, ReadOnlyMemory<byte> json = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (json.IsEmpty) json = value.Json;
        if (json.IsEmpty) return new TextExcerpt(Cut(value.Preview ?? ""), ExcerptKind.Json, IsCut: true);
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
        var root = document.RootElement;
        if (TextOf(root) is { } only)
            return new TextExcerpt(Cut(only), only.StartsWith(Fence, StringComparison.Ordinal) ? ExcerptKind.Code : ExcerptKind.Text, only.Length > MaxChars);
        var isEmpty = root.ValueKind == JsonValueKind.Null || (root.ValueKind == JsonValueKind.Object && root.GetPropertyCount() == 0);
        var text = isEmpty ? "" : root.GetRawText();
        return new TextExcerpt(Cut(text), ExcerptKind.Json, text.Length > MaxChars);
    }

    /// <summary>Gives the first characters, and <c>...</c> only where something was cut.</summary>
    internal string Preview(int chars) => Text.Length <= chars && !IsCut ? Text : string.Concat(Text.AsSpan(0, CutAt(Text, chars)), "...");

    private static string? TextOf(JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.String) return root.GetString();
        if (root.ValueKind != JsonValueKind.Object || root.GetPropertyCount() != 1) return null;
        foreach (var only in root.EnumerateObject())
            if (only.Value.ValueKind == JsonValueKind.String) return only.Value.GetString();
        return null;
    }

    private static string Cut(string text) => text.Length <= MaxChars ? text : text[..CutAt(text, MaxChars)];

    private static int CutAt(string text, int most) =>
        text.Length <= most ? text.Length : char.IsHighSurrogate(text[most - 1]) ? most - 1 : most;
}
