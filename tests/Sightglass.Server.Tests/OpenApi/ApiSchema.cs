using System.Text.Json;

namespace Sightglass.Server.Tests.OpenApi;

/// <summary>Holds values against the schemas of <c>docs/openapi.json</c>. References are followed, and of the types of events
/// the one that an event names is looked at alone.</summary>
internal sealed class ApiSchema(JsonElement document)
{
    private readonly List<string> _problems = [];

    public static IReadOnlyList<string> Check(JsonElement document, JsonElement schema, JsonElement value)
    {
        var check = new ApiSchema(document);
        check.Check(schema, value, "$");
        return check._problems;
    }

    public static JsonElement Resolve(JsonElement document, string reference)
    {
        var found = document;
        foreach (var part in reference.Split('/')[1..]) found = found.GetProperty(part);
        return found;
    }

    private void Check(JsonElement schema, JsonElement value, string path)
    {
        if (_problems.Count > 20) return;
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            if (schema.ValueKind == JsonValueKind.False) _problems.Add($"{path} must not be there");
            return;
        }

        if (schema.TryGetProperty("$ref", out var reference)) Check(Resolve(document, reference.GetString()!), value, path);
        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(t => Is(t, value)))
        {
            _problems.Add($"{path} is {value.ValueKind}, not {type}");
            return;
        }

        if (schema.TryGetProperty("enum", out var choices) && !choices.EnumerateArray().Any(c => JsonElement.DeepEquals(c, value))) _problems.Add($"{path} is {value}, none of {choices}");
        if (schema.TryGetProperty("const", out var only) && !JsonElement.DeepEquals(only, value)) _problems.Add($"{path} is {value}, not {only}");
        CheckChoice(schema, value, path);
        if (value.ValueKind == JsonValueKind.Object) CheckObject(schema, value, path);
        else if (value.ValueKind == JsonValueKind.Array) CheckArray(schema, value, path);
        else if (value.ValueKind == JsonValueKind.String) CheckText(schema, value.GetString()!, path);
        else if (value.ValueKind == JsonValueKind.Number) CheckNumber(schema, value.GetDouble(), path);
    }

    private void CheckChoice(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("discriminator", out var discriminator))
        {
            var name = value.GetProperty(discriminator.GetProperty("propertyName").GetString()!).GetString()!;
            if (!discriminator.GetProperty("mapping").TryGetProperty(name, out var reference)) _problems.Add($"{path} is of the unknown type {name}");
            else Check(Resolve(document, reference.GetString()!), value, path);
        }
        else if (schema.TryGetProperty("anyOf", out var options) && options.EnumerateArray().Select(o => Check(document, o, value)).ToList() is var found && found.All(p => p.Count > 0))
        {
            _problems.AddRange(found.SelectMany(p => p.Select(text => path + text[1..])));
        }
    }

    private void CheckObject(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("required", out var required))
            _problems.AddRange(required.EnumerateArray().Select(r => r.GetString()!).Where(r => !value.TryGetProperty(r, out _)).Select(r => $"{path}.{r} is missing"));
        var hasProperties = schema.TryGetProperty("properties", out var properties);
        var hasOthers = schema.TryGetProperty("additionalProperties", out var others);
        foreach (var member in value.EnumerateObject())
        {
            if (hasProperties && properties.TryGetProperty(member.Name, out var own)) Check(own, member.Value, $"{path}.{member.Name}");
            else if (hasOthers) Check(others, member.Value, $"{path}.{member.Name}");
            else if (hasProperties) _problems.Add($"{path}.{member.Name} is not described");
        }
    }

    private void CheckArray(JsonElement schema, JsonElement value, string path)
    {
        if (schema.TryGetProperty("maxItems", out var most) && value.GetArrayLength() > most.GetInt32()) _problems.Add($"{path} has {value.GetArrayLength()} items");
        if (!schema.TryGetProperty("items", out var items)) return;
        var index = 0;
        foreach (var item in value.EnumerateArray()) Check(items, item, $"{path}[{index++}]");
    }

    private void CheckText(JsonElement schema, string text, string path)
    {
        if (schema.TryGetProperty("maxLength", out var most) && text.Length > most.GetInt32()) _problems.Add($"{path} has {text.Length} characters");
        if (schema.TryGetProperty("minLength", out var least) && text.Length < least.GetInt32()) _problems.Add($"{path} has {text.Length} characters");
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "uuid" && !Guid.TryParseExact(text, "D", out _)) _problems.Add($"{path} is no UUID");
    }

    private void CheckNumber(JsonElement schema, double number, string path)
    {
        if (schema.TryGetProperty("minimum", out var least) && number < least.GetDouble()) _problems.Add($"{path} is {number}, less than {least}");
        if (schema.TryGetProperty("maximum", out var most) && number > most.GetDouble()) _problems.Add($"{path} is {number}, more than {most}");
    }

    private static IEnumerable<string> Types(JsonElement type) => type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static bool Is(string type, JsonElement value) => (type, value.ValueKind) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("number", JsonValueKind.Number) or ("null", JsonValueKind.Null) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => double.IsInteger(value.GetDouble()),
        _ => false,
    };
}
