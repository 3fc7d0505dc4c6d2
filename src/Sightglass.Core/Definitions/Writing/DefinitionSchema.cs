using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Makes the JSON Schema of the pipeline file from the model's shape and the rules of its members.</summary>
internal static class DefinitionSchema
{
    /// <summary>Writes the schema.</summary>
    /// <param name="describe">Gives what a member, or with a null name a type, means.</param>
    public static string Write(Func<Type, string?, string?> describe)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            writer.WriteStartObject();
            writer.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            writer.WriteString("title", "Sightglass pipeline");
            WriteReference(writer, Shape.Pipeline);
            writer.WriteStartObject("$defs");
            foreach (var shape in Objects())
            {
                writer.WritePropertyName(NameOf(shape));
                WriteObject(writer, shape, describe);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static IEnumerable<Shape> Objects()
    {
        var found = new List<Shape> { Shape.Pipeline };
        for (var i = 0; i < found.Count; i++)
        {
            foreach (var member in found[i].Members)
            {
                var shape = member.Shape;
                while (shape.Item is not null) shape = shape.Item;
                if (shape.Kind == ShapeKind.Object && !found.Contains(shape)) found.Add(shape);
            }
        }

        return found.OrderBy(NameOf, StringComparer.Ordinal);
    }

    private static string NameOf(Shape shape)
    {
        var name = shape.Type.Name.Replace("Definition", "", StringComparison.Ordinal);
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static void WriteReference(Utf8JsonWriter writer, Shape shape) => writer.WriteString("$ref", "#/$defs/" + NameOf(shape));

    private static void WriteObject(Utf8JsonWriter writer, Shape shape, Func<Type, string?, string?> describe)
    {
        writer.WriteStartObject();
        if (describe(shape.Type, null) is { } meaning) writer.WriteString("description", meaning);
        writer.WriteString("type", "object");
        writer.WriteStartObject("properties");
        foreach (var member in shape.Members)
        {
            writer.WriteStartObject(member.Name);
            if (describe(member.Owner, member.ClrName) is { } description) writer.WriteString("description", description);
            WriteShape(writer, member.Shape, FieldRules.Of(shape.Type, member.Name));
            WriteDefault(writer, shape, member);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        var required = FieldRules.RequiredOf(shape.Type);
        if (required.Count > 0)
        {
            writer.WriteStartArray("required");
            foreach (var (name, _) in required) writer.WriteStringValue(name);
            writer.WriteEndArray();
        }

        writer.WriteStartObject("patternProperties");
        writer.WriteBoolean("^x-", true);
        writer.WriteEndObject();
        writer.WriteBoolean("additionalProperties", false);
        writer.WriteEndObject();
    }

    private static void WriteDefault(Utf8JsonWriter writer, Shape owner, ShapeMember member)
    {
        if (!owner.Defaults.TryGetProperty(member.Name, out var usual)) return;
        var isTold = usual.ValueKind switch
        {
            JsonValueKind.String => usual.GetString()!.Length > 0,
            JsonValueKind.Number => true,
            _ => false,
        };
        if (!isTold) return;
        writer.WritePropertyName("default");
        usual.WriteTo(writer);
    }

    private static void WriteShape(Utf8JsonWriter writer, Shape shape, FieldRule? rule)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Text when rule?.Choices.Count > 0:
                WriteChoices(writer, rule.Choices);
                break;
            case ShapeKind.Text:
                // Unquoted numbers and truth values are taken as they are written.
                writer.WriteStartArray("type");
                foreach (var type in (ReadOnlySpan<string>)["string", "number", "boolean"]) writer.WriteStringValue(type);
                writer.WriteEndArray();
                break;
            case ShapeKind.Choice:
                WriteChoices(writer, shape.Choices);
                break;
            case ShapeKind.Boolean:
                writer.WriteString("type", "boolean");
                break;
            case ShapeKind.Integer or ShapeKind.Number:
                writer.WriteString("type", shape.Kind == ShapeKind.Integer ? "integer" : "number");
                if (rule?.Min is { } min) writer.WriteNumber("minimum", min);
                if (rule?.Max is { } max) writer.WriteNumber("maximum", max);
                break;
            case ShapeKind.Duration:
                writer.WriteString("type", "string");
                writer.WriteString("pattern", "^([0-9]+(\\.[0-9]+)?(ms|s|m|h|d))+$");
                break;
            case ShapeKind.List:
                writer.WriteString("type", "array");
                writer.WriteStartObject("items");
                WriteShape(writer, shape.Item!, rule);
                writer.WriteEndObject();
                break;
            case ShapeKind.Map:
                writer.WriteString("type", "object");
                writer.WriteStartObject("additionalProperties");
                WriteShape(writer, shape.Item!, null);
                writer.WriteEndObject();
                break;
            case ShapeKind.Object:
                WriteReference(writer, shape);
                break;
        }
    }

    private static void WriteChoices(Utf8JsonWriter writer, IReadOnlyList<string> choices)
    {
        writer.WriteStartArray("enum");
        foreach (var choice in choices) writer.WriteStringValue(choice);
        writer.WriteEndArray();
    }
}
