using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Stages;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Contracts;

/// <summary>What the contracts write alike.</summary>
internal static class ContractJson
{
    /// <summary>Writes one message on one line.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, JsonAnswer.Options)) write(writer);
        return buffer.WrittenMemory;
    }

    /// <summary>Writes a recorded value: as it is, by reference where it is large, and null where there is none.</summary>
    public static void WritePayload(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Payload? payload)
    {
        writer.WritePropertyName(name);
        if (payload is null)
        {
            writer.WriteNullValue();
            return;
        }

        if (payload.IsInline)
        {
            writer.WriteRawValue(payload.Json.Span, skipInputValidation: true);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("ref"u8, payload.Reference);
        writer.WriteNumber("bytes"u8, payload.Bytes);
        writer.WriteString("preview"u8, payload.Preview);
        writer.WriteEndObject();
    }

    /// <summary>Writes an error: code, message, detail; null where there is none.</summary>
    public static void WriteError(Utf8JsonWriter writer, ReadOnlySpan<byte> name, StageError? error)
    {
        if (error is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteString("code"u8, error.Code);
        writer.WriteString("message"u8, error.Message);
        writer.WriteString("detail"u8, error.Detail);
        writer.WriteEndObject();
    }

    /// <summary>Writes a moment as events have it: UTC with microseconds.</summary>
    public static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } t) writer.WriteString(name, t.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        else writer.WriteNull(name);
    }

    /// <summary>Writes a part of somebody's JSON as it was.</summary>
    public static void WriteElement(Utf8JsonWriter writer, ReadOnlySpan<byte> name, JsonElement element)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);
    }
}
