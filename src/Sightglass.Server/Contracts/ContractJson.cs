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
        if (payload is null) writer.WriteNullValue();
        else payload.WriteTo(writer);
    }

    /// <summary>Writes what an execution came to: <c>summary</c>, in milliseconds and US dollars.</summary>
    public static void WriteSummary(Utf8JsonWriter writer, ExecutionState state)
    {
        writer.WriteStartObject("summary"u8);
        writer.WriteNumber("totalDuration"u8, state.Totals?.Duration ?? 0);
        writer.WriteNumber("totalCost"u8, state.Totals?.Cost ?? state.Cost);
        writer.WriteNumber("stagesRun"u8, state.Totals?.StagesRun ?? 0);
        writer.WriteNumber("stagesSkipped"u8, state.Totals?.StagesSkipped ?? 0);
        writer.WriteNumber("stagesFailed"u8, state.Totals?.StagesFailed ?? 0);
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
