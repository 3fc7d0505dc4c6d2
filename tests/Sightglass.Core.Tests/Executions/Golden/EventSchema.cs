using System.Text.Json;
using System.Text.Json.Nodes;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary><c>docs/reference/events.schema.json</c>, with what it refers to put in place: the check of schemas that users
/// write follows no references.</summary>
internal static class EventSchema
{
    private static readonly JsonObject Document = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenFiles.Root, "docs", "reference", "events.schema.json")))!.AsObject();
    private static readonly JsonElement Envelope = Element(Without(Document, "anyOf"));
    private static readonly Dictionary<string, JsonElement> ByType = Document["anyOf"]!.AsArray()
        .Select(option => Target(option!["$ref"]!.GetValue<string>()))
        .ToDictionary(target => target["properties"]!["type"]!["const"]!.GetValue<string>(), Element);

    public static IEnumerable<string> Types => ByType.Keys;

    public static IReadOnlyList<string> Keywords { get; } = [.. KeywordsOf(Document).Distinct().Order(StringComparer.Ordinal)];

    public static IReadOnlyList<string> Check(string line)
    {
        using var document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 256 });
        var value = document.RootElement;
        var type = value.GetProperty("type").GetString()!;
        return ByType.TryGetValue(type, out var schema)
            ? [.. JsonSchemaCheck.Check(Envelope, value), .. JsonSchemaCheck.Check(schema, value)]
            : [$"the schema has no type '{type}'"];
    }

    private static JsonObject Target(string reference) =>
        reference.StartsWith("#/$defs/", StringComparison.Ordinal) && Document["$defs"]![reference["#/$defs/".Length..]] is JsonObject target
            ? target
            : throw new InvalidOperationException($"The schema refers to '{reference}', which it does not have.");

    private static JsonObject Without(JsonObject schema, string keyword)
    {
        var copy = schema.DeepClone().AsObject();
        copy.Remove(keyword);
        copy.Remove("$defs");
        return copy;
    }

    private static JsonElement Element(JsonNode schema) => JsonSerializer.SerializeToElement(Inline(schema));

    private static JsonNode? Inline(JsonNode? node) => node switch
    {
        JsonObject o when o["$ref"] is { } reference => Inline(Target(reference.GetValue<string>())),
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, Inline(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Inline)]),
        _ => node?.DeepClone(),
    };

    private static IEnumerable<string> KeywordsOf(JsonNode? schema)
    {
        if (schema is not JsonObject keywords) yield break;
        foreach (var (keyword, value) in keywords)
        {
            yield return keyword;
            var inner = keyword switch
            {
                "properties" or "$defs" => value!.AsObject().Select(p => p.Value),
                "anyOf" => value!.AsArray(),
                "items" or "additionalProperties" => [value],
                _ => Enumerable.Empty<JsonNode?>(),
            };
            foreach (var found in inner.SelectMany(KeywordsOf)) yield return found;
        }
    }
}
