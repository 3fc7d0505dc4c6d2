using System.Text.Json;
using Sightglass.Core.Expressions;
using Sightglass.Core.Expressions.Patterns;

namespace Sightglass.Core.Definitions;

/// <summary>
/// Tells what is wrong with a schema before any value is held against it: keywords that <see cref="JsonSchemaCheck"/> does not
/// know and would pass over, and those it knows with a content that means nothing.
/// </summary>
internal sealed class JsonSchemaRules
{
    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    private static readonly string[] Notes =
    [
        "title", "description", "default", "examples", "format", "deprecated", "readOnly", "writeOnly", "contentMediaType", "contentEncoding",
        "$schema", "$id", "$comment", "$defs", "definitions",
    ];

    private static readonly string[] Keywords =
    [
        "type", "required", "properties", "items", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "pattern", "additionalProperties", "anyOf",
    ];

    private readonly List<JsonSchemaProblem> _problems = [];
    private readonly SourcePath _path = new();

    /// <summary>Lists what is wrong with a schema, in its order.</summary>
    public static IReadOnlyList<JsonSchemaProblem> Find(JsonElement schema)
    {
        var rules = new JsonSchemaRules();
        rules.Schema(schema, 0);
        return rules._problems;
    }

    /// <summary>Lists the keywords of a schema that are not checked.</summary>
    public static IReadOnlyList<string> Unchecked(JsonElement schema) =>
        [.. Find(schema).Select(problem => problem.Unchecked).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    private void Schema(JsonElement schema, int depth)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return;
        if (schema.ValueKind != JsonValueKind.Object)
        {
            Add(ProblemCodes.WrongType, $"a schema must be a map, true or false, found {InputTypes.KindOf(schema)}", "write a JSON Schema");
            return;
        }

        if (depth > JsonSchemaLimits.MaxDepth)
        {
            Add(ProblemCodes.TooDeep, $"the schema is nested more than {JsonSchemaLimits.MaxDepth} levels deep", "flatten it");
            return;
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            if (_problems.Count >= JsonSchemaLimits.MaxRuleProblems)
                return;
            _path.Enter(JsonText.NameOf(keyword));
            Keyword(JsonText.NameOf(keyword), keyword.Value, depth);
            _path.Leave();
        }
    }

    private void Keyword(string name, JsonElement value, int depth)
    {
        switch (name)
        {
            case "type":
                Type(value);
                break;
            case "required":
                if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
                    Wrong(name, "a list of names", value);
                break;
            case "properties":
                Properties(value, depth);
                break;
            case "items" or "additionalProperties":
                Schema(value, depth + 1);
                break;
            case "enum":
                if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
                    Wrong(name, "a list of values", value);
                break;
            case "anyOf":
                AnyOf(value, depth);
                break;
            case "pattern":
                Pattern(value);
                break;
            case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum":
                if (value.ValueKind != JsonValueKind.Number)
                    Wrong(name, "a number", value);
                break;
            case "multipleOf":
                if (value.ValueKind != JsonValueKind.Number || value.GetDouble() <= 0)
                    Wrong(name, "a number above 0", value);
                break;
            case "minLength" or "maxLength" or "minItems" or "maxItems" or "minProperties" or "maxProperties":
                if (value.ValueKind != JsonValueKind.Number || value.GetDouble() < 0 || !double.IsInteger(value.GetDouble()))
                    Wrong(name, "a whole number from 0", value);
                break;
            default:
                if (name != "const" && !Notes.Contains(name, StringComparer.Ordinal) && !name.StartsWith("x-", StringComparison.Ordinal))
                    Unknown(name);
                break;
        }
    }

    private void Type(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
        {
            Wrong("type", "a type or a list of types", value);
            return;
        }

        foreach (var type in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToList() : [value])
        {
            var name = type.ValueKind == JsonValueKind.String ? JsonText.Of(type) : type.GetRawText();
            if (!Types.Contains(name, StringComparer.Ordinal))
                Add(ProblemCodes.UnknownValue, $"'{CelText.Shorten(name)}' is no type", Nearest.Phrase(name, Types) ?? $"write one of {string.Join(", ", Types)}");
        }
    }

    private void Properties(JsonElement value, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Wrong("properties", "a map of schemas", value);
            return;
        }

        foreach (var property in value.EnumerateObject())
        {
            _path.Enter(JsonText.NameOf(property));
            Schema(property.Value, depth + 1);
            _path.Leave();
        }
    }

    private void AnyOf(JsonElement value, int depth)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
        {
            Wrong("anyOf", "a list of schemas", value);
            return;
        }

        var index = 0;
        foreach (var option in value.EnumerateArray())
        {
            _path.Enter(index++);
            Schema(option, depth + 1);
            _path.Leave();
        }
    }

    private void Pattern(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            Wrong("pattern", "a regular expression as text", value);
        else if (!TextPattern.TryParse(JsonText.Of(value), out _, out var problem))
            Add(ProblemCodes.UnknownValue, $"the pattern is no regular expression: {problem}", "write it in the syntax of RE2");
    }

    private void Unknown(string name)
    {
        var hint = Nearest.Phrase(name, Keywords) ?? "remove it, or begin it with 'x-'";
        Add(ProblemCodes.UnknownKey, $"the keyword '{CelText.Shorten(name)}' is not checked: every output passes it", hint, name);
    }

    private void Wrong(string name, string expected, JsonElement value) =>
        Add(ProblemCodes.WrongType, $"'{name}' expected {expected}, found {InputTypes.KindOf(value)}", null);

    private void Add(string code, string message, string? suggestion, string? ignored = null)
    {
        if (_problems.Count < JsonSchemaLimits.MaxRuleProblems)
            _problems.Add(new JsonSchemaProblem(_path.ToString(), code, message, suggestion) { Unchecked = ignored });
    }
}
