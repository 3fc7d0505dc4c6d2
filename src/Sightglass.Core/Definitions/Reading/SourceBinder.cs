using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>
/// Holds source nodes against the shape of the file and gives the JSON of what fits. What does not fit is a problem and
/// is left out or emptied, so that the rest can still be read and checked.
/// </summary>
internal sealed class SourceBinder(ProblemList problems)
{
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public ReadOnlyMemory<byte> Bind(SourceNode root)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            WriteObject(writer, root, Shape.Pipeline, "");
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Gives a free value as JSON.</summary>
    public static void WriteAny(Utf8JsonWriter writer, SourceNode node)
    {
        switch (node.Kind)
        {
            case SourceKind.Null:
                writer.WriteNullValue();
                break;
            case SourceKind.Boolean:
                writer.WriteBooleanValue(node.Text[0] is 't' or 'T');
                break;
            case SourceKind.Number:
                writer.WriteRawValue(PlainScalar.ToJsonNumber(node.Text)!, skipInputValidation: true);
                break;
            case SourceKind.Text:
                writer.WriteStringValue(node.Text);
                break;
            case SourceKind.List:
                writer.WriteStartArray();
                foreach (var item in node.Items) WriteAny(writer, item);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                foreach (var field in node.Fields)
                {
                    writer.WritePropertyName(field.Key);
                    WriteAny(writer, field.Value);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private void WriteObject(Utf8JsonWriter writer, SourceNode node, Shape shape, string path)
    {
        writer.WriteStartObject();
        foreach (var field in node.Fields)
        {
            var at = SourcePath.Join(path, field.Key);
            if (field.Key.StartsWith("x-", StringComparison.Ordinal))
            {
                writer.WritePropertyName(field.Key);
                WriteAny(writer, field.Value);
                continue;
            }

            if (shape.Member(field.Key) is not { } member)
            {
                problems.Add(ProblemCodes.UnknownKey, $"the key '{field.Key}' is not known here", SuggestKey(field.Key, shape), at, field.Line, field.Column);
                continue;
            }

            // A key without a value says nothing; a free value may be null.
            if (field.Value.Kind == SourceKind.Null && member.Shape.Kind != ShapeKind.Any) continue;
            if (!Fits(field.Value, member.Shape, at)) continue;
            var rule = FieldRules.Of(shape.Type, field.Key);

            // C# spells a word that is not chosen as an empty text.
            if (rule?.Choices.Count > 0 && field.Value is { Kind: SourceKind.Text, Text: "" }) continue;
            if (rule is not null && !Obeys(field.Value, member.Shape, rule, at)) continue;
            writer.WritePropertyName(field.Key);
            Write(writer, field.Value, member.Shape, at);
        }

        writer.WriteEndObject();
        foreach (var (name, rule) in FieldRules.RequiredOf(shape.Type))
        {
            var at = SourcePath.Join(path, name);
            var value = node.Find(name);
            var isGiven = value is not null && value.Kind != SourceKind.Null && (value.Kind != SourceKind.Text || value.Text.Length > 0);
            if (isGiven) continue;
            problems.Add(rule.MissingCode, $"'{name}' is missing", rule.Example is null ? null : "write " + rule.Example, at, (value ?? node).Line, (value ?? node).Column);
            problems.MarkBroken(at);
        }
    }

    private bool Obeys(SourceNode node, Shape shape, FieldRule rule, string path)
    {
        if (shape.Kind == ShapeKind.List && rule.Choices.Count > 0)
        {
            var all = true;
            for (var i = 0; i < node.Items.Count; i++)
            {
                // What is no text is told of with the list.
                if (node.Items[i].Kind is SourceKind.Text or SourceKind.Number or SourceKind.Boolean) all &= IsOneOf(node.Items[i], rule.Choices, SourcePath.Join(path, i));
            }

            if (!all) problems.MarkBroken(path);
            return all;
        }

        if (shape.Kind == ShapeKind.List && rule.Min is not null)
        {
            var all = true;
            for (var i = 0; i < node.Items.Count; i++)
            {
                if (node.Items[i].Kind == SourceKind.Number) all &= Obeys(node.Items[i], shape.Item!, rule, SourcePath.Join(path, i));
            }

            return all;
        }

        if (shape.Kind is ShapeKind.Integer or ShapeKind.Number && rule.Min is { } min)
        {
            var value = double.Parse(PlainScalar.ToJsonNumber(node.Text)!, CultureInfo.InvariantCulture);
            if (value >= min && value <= (rule.Max ?? double.MaxValue)) return true;
            var range = rule.Max is { } max ? string.Create(CultureInfo.InvariantCulture, $"from {min} to {max}") : string.Create(CultureInfo.InvariantCulture, $"at least {min}");
            problems.Add(ProblemCodes.OutOfRange, $"'{Last(path)}' must be {range}, found {Short(node.Text)}", null, path, node.Line, node.Column);
            problems.MarkBroken(path);
            return false;
        }

        if (rule.Choices.Count == 0 || IsOneOf(node, rule.Choices, path)) return true;
        problems.MarkBroken(path);
        return false;
    }

    private string? SuggestKey(string key, Shape shape)
    {
        if (!problems.Suggests) return null;
        if (Nearest.Phrase(key, shape.Members.Select(member => member.Name)) is { } phrase) return phrase;
        var under = shape.Members.FirstOrDefault(member => member.Shape.Kind == ShapeKind.Object && member.Shape.Member(key) is not null);
        return under is not null && shape.Type == typeof(StageDefinition)
            ? $"it belongs under '{under.Name}'"
            : "a key of your own begins with 'x-'";
    }

    private void Write(Utf8JsonWriter writer, SourceNode node, Shape shape, string path)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Text or ShapeKind.Duration or ShapeKind.Choice:
                writer.WriteStringValue(node.Text);
                break;
            case ShapeKind.List:
                WriteList(writer, node, shape.Item!, path);
                break;
            case ShapeKind.Map:
                WriteMap(writer, node, shape.Item!, path);
                break;
            case ShapeKind.Object:
                WriteObject(writer, node, shape, path);
                break;
            case ShapeKind.Integer:
                writer.WriteNumberValue((long)double.Parse(PlainScalar.ToJsonNumber(node.Text)!, CultureInfo.InvariantCulture));
                break;
            default:
                WriteAny(writer, node);
                break;
        }
    }

    private void WriteList(Utf8JsonWriter writer, SourceNode node, Shape item, string path)
    {
        writer.WriteStartArray();
        for (var i = 0; i < node.Items.Count; i++)
        {
            var at = SourcePath.Join(path, i);
            if (Fits(node.Items[i], item, at)) Write(writer, node.Items[i], item, at);

            // Something stands in for it, so that the places of the others keep their numbers.
            else if (item.Kind == ShapeKind.Object) writer.WriteRawValue("{}"u8, skipInputValidation: true);
            else if (item.Kind is ShapeKind.Integer or ShapeKind.Number) writer.WriteNumberValue(0);
            else writer.WriteStringValue("");
        }

        writer.WriteEndArray();
    }

    private void WriteMap(Utf8JsonWriter writer, SourceNode node, Shape item, string path)
    {
        writer.WriteStartObject();
        foreach (var field in node.Fields)
        {
            var at = SourcePath.Join(path, field.Key);
            if (!Fits(field.Value, item, at)) continue;
            writer.WritePropertyName(field.Key);
            Write(writer, field.Value, item, at);
        }

        writer.WriteEndObject();
    }

    private bool Fits(SourceNode node, Shape shape, string path)
    {
        var fits = shape.Kind switch
        {
            ShapeKind.Any => true,
            ShapeKind.Text => node.Kind is SourceKind.Text or SourceKind.Number or SourceKind.Boolean || Wrong(node, "text", path),
            ShapeKind.Boolean => node.Kind == SourceKind.Boolean || Wrong(node, "true or false", path),
            ShapeKind.Number => node.Kind == SourceKind.Number || Wrong(node, "a number", path),
            ShapeKind.Integer => (node.Kind == SourceKind.Number || Wrong(node, "a number", path)) && IsWhole(node, shape, path),
            ShapeKind.List => node.Kind == SourceKind.List || Wrong(node, "a list", path),
            ShapeKind.Map or ShapeKind.Object => node.Kind == SourceKind.Map || Wrong(node, "a map", path),
            ShapeKind.Duration => IsDuration(node, path),
            _ => IsChoice(node, shape, path),
        };
        if (!fits) problems.MarkBroken(path);
        return fits;
    }

    private bool Wrong(SourceNode node, string expected, string path)
    {
        var quoted = node.Kind == SourceKind.Text && PlainScalar.KindOf(node.Text) is var plain
            && (expected == "a number" ? plain == SourceKind.Number : expected == "true or false" && plain == SourceKind.Boolean);
        var suggestion = quoted ? "remove the quotes"
            : expected == "a list" && node.Kind is SourceKind.Text or SourceKind.Number ? $"write [{Short(node.Text)}]"
            : null;
        problems.Add(ProblemCodes.WrongType, $"'{Last(path)}' expected {expected}, found {node.KindName}", suggestion, path, node.Line, node.Column);
        return false;
    }

    private bool IsWhole(SourceNode node, Shape shape, string path)
    {
        var value = double.Parse(PlainScalar.ToJsonNumber(node.Text)!, CultureInfo.InvariantCulture);
        var limit = shape.Type == typeof(int) ? int.MaxValue : 1L << 53;
        if (double.IsInteger(value) && Math.Abs(value) <= limit) return true;
        problems.Add(ProblemCodes.WrongType, $"'{Last(path)}' expected a whole number, found {Short(node.Text)}", null, path, node.Line, node.Column);
        return false;
    }

    private bool IsDuration(SourceNode node, string path)
    {
        if (node.Kind == SourceKind.Text && Duration.TryParse(node.Text, out _)) return true;
        var isScalar = node.Kind is SourceKind.Text or SourceKind.Number or SourceKind.Boolean;
        var suggestion = node.Kind == SourceKind.Number ? $"add the unit: {Short(node.Text)}s" : "write 500ms, 30s, 5m, 1h30m or 2d, at most 366d";
        var found = isScalar ? $"'{Short(node.Text)}'" : node.KindName;
        problems.Add(ProblemCodes.BadDuration, $"'{Last(path)}' expected a duration, found {found}", suggestion, path, node.Line, node.Column);
        return false;
    }

    private bool IsChoice(SourceNode node, Shape shape, string path)
    {
        var isScalar = node.Kind is SourceKind.Text or SourceKind.Number or SourceKind.Boolean;
        return isScalar ? IsOneOf(node, shape.Choices, path) : Wrong(node, "text", path);
    }

    private bool IsOneOf(SourceNode node, IReadOnlyList<string> choices, string path)
    {
        if (choices.Contains(node.Text, StringComparer.Ordinal)) return true;
        var all = "write one of " + string.Join(", ", choices);
        problems.Add(ProblemCodes.UnknownValue, $"'{Last(path)}' cannot be '{Short(node.Text)}'", Nearest.Phrase(node.Text, choices) ?? all, path, node.Line, node.Column);
        return false;
    }

    private static string Last(string path) => path[(path.LastIndexOf('.') + 1)..];

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
