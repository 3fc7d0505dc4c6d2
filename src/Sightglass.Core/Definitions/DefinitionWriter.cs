using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sightglass.Core.Definitions;

/// <summary>Writes definitions as pipeline files. Reading what was written gives an equal definition; comments are not kept.</summary>
public static class DefinitionWriter
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = DefinitionLimits.InputDepth };

    /// <summary>Writes YAML.</summary>
    public static string ToYaml(PipelineDefinition definition)
    {
        using var document = JsonDocument.Parse(Trim(definition), new JsonDocumentOptions { MaxDepth = DefinitionLimits.InputDepth });
        return YamlWriter.Write(document.RootElement);
    }

    /// <summary>Writes indented JSON.</summary>
    public static string ToJson(PipelineDefinition definition) => Encoding.UTF8.GetString(Trim(definition).Span);

    /// <summary>Writes what differs from the defaults: what an author would have written.</summary>
    private static ReadOnlyMemory<byte> Trim(PipelineDefinition definition)
    {
        using var document = JsonDocument.Parse(DefinitionJson.Write(definition), new JsonDocumentOptions { MaxDepth = DefinitionLimits.InputDepth });
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            Write(writer, document.RootElement, Shape.Pipeline);
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, Shape shape)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Object:
                WriteObject(writer, value, shape);
                break;
            case ShapeKind.Map:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, shape.Item!);
                }

                writer.WriteEndObject();
                break;
            case ShapeKind.List:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item, shape.Item!);
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, JsonElement value, Shape shape)
    {
        writer.WriteStartObject();
        foreach (var member in value.EnumerateObject())
        {
            if (shape.Member(member.Name) is not { } known)
            {
                // A key of another program.
                writer.WritePropertyName(member.Name);
                member.Value.WriteTo(writer);
                continue;
            }

            var isDefault = member.Value.ValueKind == JsonValueKind.Null
                || (shape.Defaults.TryGetProperty(member.Name, out var usual) && JsonElement.DeepEquals(usual, member.Value));
            if (isDefault) continue;
            writer.WritePropertyName(member.Name);
            Write(writer, member.Value, known.Shape);
        }

        writer.WriteEndObject();
    }
}
