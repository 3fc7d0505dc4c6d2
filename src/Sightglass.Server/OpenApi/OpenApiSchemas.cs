using System.Text.Json.Nodes;

namespace Sightglass.Server.OpenApi;

/// <summary>The schemas that routes share: files inside the assembly, one a feature, each an object of schemas by name; and
/// those of events, from the schema of the log.</summary>
internal static class OpenApiSchemas
{
    private const string EventSchemaFile = "events.schema.json";
    private const string EventPrefix = "Event.";

    /// <summary>Reads all of them, in order of their names.</summary>
    /// <exception cref="InvalidOperationException">Two files have a schema of one name.</exception>
    public static JsonObject Read()
    {
        var found = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var resource in typeof(OpenApiSchemas).Assembly.GetManifestResourceNames())
        {
            if (!resource.StartsWith("schemas/", StringComparison.Ordinal)) continue;
            var content = Load(resource);
            foreach (var (name, schema) in resource.EndsWith(EventSchemaFile, StringComparison.Ordinal) ? Events(content) : content)
            {
                if (!found.TryAdd(name, schema?.DeepClone())) throw new InvalidOperationException($"The schema {name} is there twice.");
            }
        }

        return new JsonObject(found);
    }

    // The log's schema says once what all events have and apart from that what each type has. Clients want whole types.
    private static JsonObject Events(JsonObject log)
    {
        var envelope = log["properties"]!.AsObject();
        var result = new JsonObject();
        var types = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, definition) in log["$defs"]!.AsObject())
        {
            var schema = definition!.DeepClone().AsObject();
            if (schema["properties"]?["type"]?["const"] is { } type)
            {
                schema = Whole(schema, envelope, log["required"]!.AsArray());
                types[type.GetValue<string>()] = "#/components/schemas/" + EventPrefix + name;
            }

            Rename(schema);
            result[EventPrefix + name] = schema;
        }

        result["Event"] = new JsonObject
        {
            ["description"] = log["description"]!.DeepClone(),
            ["oneOf"] = new JsonArray([.. types.Values.Select(reference => new JsonObject { ["$ref"] = reference!.DeepClone() })]),
            ["discriminator"] = new JsonObject { ["propertyName"] = "type", ["mapping"] = new JsonObject(types.Select(t => KeyValuePair.Create(t.Key, t.Value?.DeepClone()))) },
        };
        return result;
    }

    private static JsonObject Whole(JsonObject schema, JsonObject envelope, JsonArray required)
    {
        var own = schema["properties"]!.AsObject();
        var properties = new JsonObject();
        foreach (var (name, general) in envelope)
        {
            var special = own[name];
            var isAbsent = special is JsonValue value && value.TryGetValue<bool>(out var allowed) && !allowed;
            if (!isAbsent) properties[name] = (special ?? general)!.DeepClone();
        }

        var names = required.Concat(schema["required"]?.AsArray() ?? []).Select(n => n!.GetValue<string>()).Distinct().Where(properties.ContainsKey);
        return new JsonObject
        {
            ["type"] = "object",
            ["description"] = schema["description"]?.DeepClone(),
            ["required"] = new JsonArray([.. names.Select(n => (JsonNode)n)]),
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
    }

    private static void Rename(JsonNode? node)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array) Rename(item);
        }
        else if (node is JsonObject schema)
        {
            if (schema["$ref"] is JsonValue reference) schema["$ref"] = reference.GetValue<string>().Replace("#/$defs/", "#/components/schemas/" + EventPrefix, StringComparison.Ordinal);
            foreach (var (_, inner) in schema.ToList()) Rename(inner);
        }
    }

    private static JsonObject Load(string resource)
    {
        using var stream = typeof(OpenApiSchemas).Assembly.GetManifestResourceStream(resource)!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
