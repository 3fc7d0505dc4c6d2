using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sightglass.Core.Definitions;

/// <summary>
/// Checks values against the part of JSON Schema that pipeline files use: type, required, properties, items, enum, const,
/// bounds, pattern, additionalProperties, anyOf, and true and false as schemas. Notes (title, description, format …) mean nothing.
/// </summary>
internal static class JsonSchemaCheck
{
    private const int MaxProblems = 20;
    private const int MaxDepth = 64;

    private static readonly TimeSpan s_patternLimit = TimeSpan.FromMilliseconds(250);

    // Keywords that would let values pass which their author meant to refuse.
    private static readonly string[] s_unknown =
    [
        "$ref", "$dynamicRef", "allOf", "oneOf", "not", "if", "patternProperties", "propertyNames", "prefixItems", "contains",
        "dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems",
    ];

    /// <summary>Lists what is wrong with a value, each with its path; empty where it fits.</summary>
    public static IReadOnlyList<string> Check(JsonElement schema, JsonElement value)
    {
        var problems = new List<string>();
        Check(schema, value, "$", problems, 0);
        return problems;
    }

    /// <summary>Lists the keywords of a schema that are not checked.</summary>
    public static IReadOnlyList<string> Unchecked(JsonElement schema)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Collect(schema, found, 0);
        return [.. found];
    }

    private static void Collect(JsonElement schema, SortedSet<string> found, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > MaxDepth)
            return;
        foreach (var keyword in schema.EnumerateObject())
        {
            if (s_unknown.Contains(keyword.Name))
                found.Add(keyword.Name);
            else if (keyword is { Name: "properties", Value.ValueKind: JsonValueKind.Object })
                keyword.Value.EnumerateObject().ToList().ForEach(property => Collect(property.Value, found, depth + 1));
            else if (keyword is { Name: "anyOf", Value.ValueKind: JsonValueKind.Array })
                keyword.Value.EnumerateArray().ToList().ForEach(option => Collect(option, found, depth + 1));
            else if (keyword.Name is "items" or "additionalProperties")
                Collect(keyword.Value, found, depth + 1);
        }
    }

    private static void Check(JsonElement schema, JsonElement value, string path, List<string> problems, int depth)
    {
        if (problems.Count >= MaxProblems || schema.ValueKind == JsonValueKind.True)
            return;
        if (schema.ValueKind == JsonValueKind.False)
        {
            problems.Add($"{path} must not be there");
            return;
        }

        if (depth > MaxDepth || schema.ValueKind != JsonValueKind.Object)
        {
            problems.Add(depth > MaxDepth ? $"{path} is nested too deeply to be checked" : $"the schema of {path} is no object");
            return;
        }

        // Further keywords would only say the same of a value of another kind.
        if (schema.TryGetProperty("type", out var type) && !IsOfType(type, value))
        {
            problems.Add($"{path} must be {TypeNames(type)}, it is {KindOf(value)}");
            return;
        }

        CheckChoice(schema, value, path, problems, depth);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(schema, value, path, problems, depth);
                break;
            case JsonValueKind.Array:
                CheckArray(schema, value, path, problems, depth);
                break;
            case JsonValueKind.String:
                CheckText(schema, value.GetString()!, path, problems);
                break;
            case JsonValueKind.Number:
                CheckNumber(schema, value.GetDouble(), path, problems);
                break;
        }
    }

    private static void CheckChoice(JsonElement schema, JsonElement value, string path, List<string> problems, int depth)
    {
        if (schema.TryGetProperty("enum", out var choices) && choices.ValueKind == JsonValueKind.Array
            && !choices.EnumerateArray().Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            problems.Add($"{path} must be one of {Short(choices)}");
        }

        if (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value))
            problems.Add($"{path} must be {Short(constant)}");

        if (!schema.TryGetProperty("anyOf", out var options) || options.ValueKind != JsonValueKind.Array)
            return;
        List<string>? nearest = null;
        foreach (var option in options.EnumerateArray())
        {
            var found = new List<string>();
            Check(option, value, path, found, depth + 1);
            if (found.Count == 0)
                return;
            if (nearest is null || found.Count < nearest.Count)
                nearest = found;
        }

        problems.Add($"{path} fits none of 'anyOf'; nearest: {string.Join(", ", nearest ?? [])}");
    }

    private static void CheckObject(JsonElement schema, JsonElement value, string path, List<string> problems, int depth)
    {
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String))
            {
                if (!value.TryGetProperty(name.GetString()!, out _))
                    problems.Add($"{path} lacks '{name.GetString()}'");
            }
        }

        var hasProperties = schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object;
        var hasOthers = schema.TryGetProperty("additionalProperties", out var others);
        foreach (var property in value.EnumerateObject())
        {
            var child = $"{path}.{property.Name}";
            if (hasProperties && properties.TryGetProperty(property.Name, out var known))
                Check(known, property.Value, child, problems, depth + 1);
            else if (hasOthers)
                Check(others, property.Value, child, problems, depth + 1);
        }

        CheckCount(schema, "minProperties", "maxProperties", value.GetPropertyCount(), "fields", path, problems);
    }

    private static void CheckArray(JsonElement schema, JsonElement value, string path, List<string> problems, int depth)
    {
        CheckCount(schema, "minItems", "maxItems", value.GetArrayLength(), "items", path, problems);
        if (!schema.TryGetProperty("items", out var items))
            return;
        var index = 0;
        foreach (var item in value.EnumerateArray())
            Check(items, item, $"{path}[{index++}]", problems, depth + 1);
    }

    private static void CheckText(JsonElement schema, string value, string path, List<string> problems)
    {
        CheckCount(schema, "minLength", "maxLength", value.EnumerateRunes().Count(), "characters", path, problems);
        if (!schema.TryGetProperty("pattern", out var pattern) || pattern.ValueKind != JsonValueKind.String)
            return;
        try
        {
            // Neither a pattern nor a model's answer can be trusted to be quick.
            if (!Regex.IsMatch(value, pattern.GetString()!, RegexOptions.CultureInvariant, s_patternLimit))
                problems.Add($"{path} does not match the pattern {pattern.GetRawText()}");
        }
        catch (ArgumentException)
        {
            problems.Add($"the pattern {pattern.GetRawText()} of {path} is no regular expression");
        }
        catch (RegexMatchTimeoutException)
        {
            problems.Add($"the pattern {pattern.GetRawText()} takes too long on {path}; make it simpler");
        }
    }

    private static void CheckNumber(JsonElement schema, double value, string path, List<string> problems)
    {
        if (Bound(schema, "minimum") is { } minimum && value < minimum)
            problems.Add($"{path} must be at least {Text(minimum)}");
        if (Bound(schema, "maximum") is { } maximum && value > maximum)
            problems.Add($"{path} must be at most {Text(maximum)}");
        if (Bound(schema, "exclusiveMinimum") is { } above && value <= above)
            problems.Add($"{path} must be greater than {Text(above)}");
        if (Bound(schema, "exclusiveMaximum") is { } below && value >= below)
            problems.Add($"{path} must be less than {Text(below)}");
        if (Bound(schema, "multipleOf") is > 0 and var step && Math.Abs(Math.IEEERemainder(value, step)) > 1e-9 * Math.Max(1, Math.Abs(value)))
            problems.Add($"{path} must be a multiple of {Text(step)}");
    }

    private static void CheckCount(JsonElement schema, string least, string most, int count, string what, string path, List<string> problems)
    {
        if (Bound(schema, least) is { } minimum && count < minimum)
            problems.Add($"{path} must have at least {Text(minimum)} {what}, it has {count}");
        if (Bound(schema, most) is { } maximum && count > maximum)
            problems.Add($"{path} must have at most {Text(maximum)} {what}, it has {count}");
    }

    private static double? Bound(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var bound) && bound.ValueKind == JsonValueKind.Number ? bound.GetDouble() : null;

    private static bool IsOfType(JsonElement type, JsonElement value) => type.ValueKind switch
    {
        JsonValueKind.String => IsOfType(type.GetString()!, value),
        JsonValueKind.Array => type.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && IsOfType(one.GetString()!, value)),
        _ => true,
    };

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => type == KindOf(value),
    };

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };

    private static string TypeNames(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? string.Join(" or ", type.EnumerateArray().Select(one => one.ToString())) : type.ToString();

    private static string Short(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 200 ? text : new StringBuilder().Append(text.AsSpan(0, 200)).Append('…').ToString();
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
