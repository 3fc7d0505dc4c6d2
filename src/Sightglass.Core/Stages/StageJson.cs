using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sightglass.Core.Stages;

/// <summary>Writes results as the compact JSON that events hold.</summary>
internal static class StageJson
{
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true, MaxDepth = 1024 };

    public static ReadOnlyMemory<byte> Write(JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return default;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            value.WriteTo(writer);
        return buffer.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> Write(string text)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length + 16);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
            writer.WriteStringValue(text);
        return buffer.WrittenMemory;
    }
}
