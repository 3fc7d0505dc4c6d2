using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sightglass.Core.Expressions;
using Sightglass.Core.Expressions.Patterns;

namespace Sightglass.Core.Definitions;

/// <summary>
/// Checks values against the part of JSON Schema that pipeline files use: type, required, properties, items, enum, const,
/// bounds, pattern, additionalProperties, anyOf, and true and false as schemas. Notes (title, description, format …) mean
/// nothing; <see cref="JsonSchemaRules"/> tells of what is not checked.
/// </summary>
internal sealed class JsonSchemaCheck
{
    private const int CharactersPerStep = 16;
    private const int NamesPerStep = 8;
    private const int PatternStepsPerStep = 8;

    private readonly SourcePath _path = new();
    private readonly Dictionary<string, TextPattern?> _patterns = new(StringComparer.Ordinal);
    private List<string> _problems = [];
    private long _left = JsonSchemaLimits.MaxSteps;

    private JsonSchemaCheck() => _path.Enter("$");

    private string Where => CelText.Shorten(_path.ToString(), JsonSchemaLimits.MaxQuoted);

    /// <summary>Lists what is wrong with a value, each with its path; empty where it fits.</summary>
    public static IReadOnlyList<string> Check(JsonElement schema, JsonElement value)
    {
        var check = new JsonSchemaCheck();
        try
        {
            check.Check(schema, value, 0);
        }
        catch (InvalidOperationException)
        {
            // Thrown where names are compared that escape half of a surrogate pair, which is JSON and no text.
            check._problems.Add($"{check.Where} holds half of a surrogate pair");
        }

        if (check._left < 0)
            check._problems.Add("$ takes too many steps to be checked: make the output or its schema smaller");
        return check._problems.Count <= JsonSchemaLimits.MaxProblems ? check._problems : check._problems.GetRange(0, JsonSchemaLimits.MaxProblems);
    }

    private void Check(JsonElement schema, JsonElement value, int depth)
    {
        if (--_left < 0 || _problems.Count >= JsonSchemaLimits.MaxProblems || schema.ValueKind == JsonValueKind.True)
            return;
        if (schema.ValueKind == JsonValueKind.False)
        {
            _problems.Add($"{Where} must not be there");
            return;
        }

        if (depth > JsonSchemaLimits.MaxDepth || schema.ValueKind != JsonValueKind.Object)
        {
            _problems.Add(depth > JsonSchemaLimits.MaxDepth ? $"{Where} is nested too deeply to be checked" : $"the schema of {Where} is no object");
            return;
        }

        // Further keywords would only say the same of a value of another kind.
        if (schema.TryGetProperty("type", out var type) && !IsOfType(type, value))
        {
            _problems.Add($"{Where} must be {TypeNames(type)}, it is {KindOf(value)}");
            return;
        }

        CheckChoice(schema, value, depth);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(schema, value, depth);
                break;
            case JsonValueKind.Array:
                CheckArray(schema, value, depth);
                break;
            case JsonValueKind.String:
                CheckText(schema, value);
                break;
            case JsonValueKind.Number:
                CheckNumber(schema, value);
                break;
        }
    }

    private void CheckChoice(JsonElement schema, JsonElement value, int depth)
    {
        if (schema.TryGetProperty("enum", out var choices) && choices.ValueKind == JsonValueKind.Array && !choices.EnumerateArray().Any(choice => AreEqual(choice, value)))
            _problems.Add($"{Where} must be one of {Short(choices)}");
        if (schema.TryGetProperty("const", out var constant) && !AreEqual(constant, value))
            _problems.Add($"{Where} must be {Short(constant)}");
        if (!schema.TryGetProperty("anyOf", out var options) || options.ValueKind != JsonValueKind.Array)
            return;
        var outer = _problems;
        List<string>? nearest = null;
        foreach (var option in options.EnumerateArray())
        {
            _problems = [];
            Check(option, value, depth + 1);
            if (_problems.Count == 0)
            {
                _problems = outer;
                return;
            }

            if (nearest is null || _problems.Count < nearest.Count)
                nearest = _problems;
        }

        _problems = outer;
        var hint = CelText.Shorten(string.Join(", ", nearest ?? []), JsonSchemaLimits.MaxQuoted * 5);
        _problems.Add($"{Where} fits none of 'anyOf'; nearest: {hint}");
    }

    private void CheckObject(JsonElement schema, JsonElement value, int depth)
    {
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in required.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String && !TryFind(value, name.GetString()!, out _))
                    _problems.Add($"{Where} lacks '{CelText.Shorten(name.GetString()!)}'");
            }
        }

        var hasProperties = schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object;
        var hasOthers = schema.TryGetProperty("additionalProperties", out var others);
        foreach (var property in hasProperties || hasOthers ? value.EnumerateObject() : default)
        {
            if (_left < 0 || _problems.Count >= JsonSchemaLimits.MaxProblems)
                return;
            var name = JsonText.NameOf(property);
            _path.Enter(name);
            if (hasProperties && TryFind(properties, name, out var known))
                Check(known, property.Value, depth + 1);
            else if (hasOthers)
                Check(others, property.Value, depth + 1);
            _path.Leave();
        }

        CheckCount(schema, "minProperties", "maxProperties", value.GetPropertyCount(), "fields");
    }

    private void CheckArray(JsonElement schema, JsonElement value, int depth)
    {
        CheckCount(schema, "minItems", "maxItems", value.GetArrayLength(), "items");
        if (!schema.TryGetProperty("items", out var items))
            return;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (_left < 0 || _problems.Count >= JsonSchemaLimits.MaxProblems)
                return;
            _path.Enter(index++);
            Check(items, item, depth + 1);
            _path.Leave();
        }
    }

    private void CheckText(JsonElement schema, JsonElement value)
    {
        var hasPattern = schema.TryGetProperty("pattern", out var pattern) && pattern.ValueKind == JsonValueKind.String;
        if (!hasPattern && !schema.TryGetProperty("minLength", out _) && !schema.TryGetProperty("maxLength", out _))
            return;
        var text = JsonText.Of(value);
        _left -= text.Length / CharactersPerStep;
        CheckCount(schema, "minLength", "maxLength", CelCodePoints.Count(text), "characters");
        if (!hasPattern || _left < 0)
            return;
        if (PatternOf(pattern.GetString()!) is not { } compiled)
        {
            _problems.Add($"the pattern {Short(pattern)} of {Where} is no regular expression");
            return;
        }

        var allowed = _left * PatternStepsPerStep;
        var left = allowed;
        var found = compiled.IsMatch(text, ref left);
        _left -= ((allowed - left) / PatternStepsPerStep) + 1;
        if (!found && _left >= 0)
            _problems.Add($"{Where} does not match the pattern {Short(pattern)}");
    }

    private TextPattern? PatternOf(string text)
    {
        if (_patterns.TryGetValue(text, out var pattern))
            return pattern;
        _ = TextPattern.TryParse(text, out pattern, out _);
        return _patterns[text] = pattern;
    }

    private void CheckNumber(JsonElement schema, JsonElement value)
    {
        if (Bound(schema, "minimum") is { } minimum && Compare(value, minimum) < 0)
            _problems.Add($"{Where} must be at least {Short(minimum)}");
        if (Bound(schema, "maximum") is { } maximum && Compare(value, maximum) > 0)
            _problems.Add($"{Where} must be at most {Short(maximum)}");
        if (Bound(schema, "exclusiveMinimum") is { } above && Compare(value, above) <= 0)
            _problems.Add($"{Where} must be greater than {Short(above)}");
        if (Bound(schema, "exclusiveMaximum") is { } below && Compare(value, below) >= 0)
            _problems.Add($"{Where} must be less than {Short(below)}");
        if (Bound(schema, "multipleOf") is { } step && !IsMultiple(value, step))
            _problems.Add($"{Where} must be a multiple of {Short(step)}");
    }

    // Exact where both fit 28 digits: 0.3 is a multiple of 0.1, and large identifiers are not rounded.
    private static int Compare(JsonElement a, JsonElement b) => a.TryGetDecimal(out var x) && b.TryGetDecimal(out var y) ? x.CompareTo(y) : a.GetDouble().CompareTo(b.GetDouble());

    private static bool IsMultiple(JsonElement value, JsonElement step)
    {
        if (value.TryGetDecimal(out var whole) && step.TryGetDecimal(out var part) && Math.Abs(whole) < 1e20m && Math.Abs(part) > 1e-8m)
            return whole % part == 0;
        var (number, unit) = (value.GetDouble(), step.GetDouble());
        return unit <= 0 || Math.Abs(Math.IEEERemainder(number, unit)) <= 1e-9 * Math.Max(1, Math.Abs(number));
    }

    private void CheckCount(JsonElement schema, string least, string most, int count, string what)
    {
        if (Bound(schema, least) is { } minimum && count < minimum.GetDouble())
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{Where} must have at least {Short(minimum)} {what}, it has {count}"));
        if (Bound(schema, most) is { } maximum && count > maximum.GetDouble())
            _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{Where} must have at most {Short(maximum)} {what}, it has {count}"));
    }

    private static JsonElement? Bound(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var bound) && bound.ValueKind == JsonValueKind.Number ? bound : null;

    // Members are found by going through them.
    private bool TryFind(JsonElement within, string name, out JsonElement found)
    {
        _left -= 1 + (within.GetPropertyCount() / NamesPerStep);
        found = default;
        return _left >= 0 && within.TryGetProperty(name, out found);
    }

    private bool AreEqual(JsonElement choice, JsonElement value)
    {
        if (choice.ValueKind != value.ValueKind)
            return false;
        _left -= 1 + (Math.Min(JsonMarshal.GetRawUtf8Value(choice).Length, JsonMarshal.GetRawUtf8Value(value).Length) / CharactersPerStep);
        return _left >= 0 && JsonElement.DeepEquals(choice, value);
    }

    private static bool IsOfType(JsonElement type, JsonElement value) => type.ValueKind switch
    {
        JsonValueKind.String => IsOfType(type.GetString()!, value),
        JsonValueKind.Array => type.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && IsOfType(one.GetString()!, value)),
        _ => true,
    };

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && (value.TryGetDecimal(out var number) ? decimal.IsInteger(number) : double.IsInteger(value.GetDouble())),
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
        CelText.Shorten(type.ValueKind == JsonValueKind.Array ? string.Join(" or ", type.EnumerateArray().Select(one => one.ToString())) : type.ToString());

    private static string Short(JsonElement value) => CelText.Shorten(value.GetRawText(), JsonSchemaLimits.MaxQuoted);
}
