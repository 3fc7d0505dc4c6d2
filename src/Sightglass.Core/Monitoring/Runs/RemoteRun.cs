using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Monitoring.External;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>How far one run has been reported to a server, and its events in the words of the report. Used by one writer at a
/// time.</summary>
internal sealed class RemoteRun
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>> _values = new(StringComparer.Ordinal);
    private long _batch;

    /// <summary>Sets the values that the next events refer to: the server makes its own references.</summary>
    public void Use(IReadOnlyList<StoredValue> values)
    {
        _values.Clear();
        foreach (var value in values) _values[value.Reference] = value.Bytes;
    }

    /// <summary>Gives what begins the run.</summary>
    public ReadOnlyMemory<byte> StartOf(ExecutionEvent e, ExecutionCreated created)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(body, EventJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteString("id"u8, e.ExecutionId);
        writer.WriteString("time"u8, e.Time);
        writer.WritePropertyName("pipeline"u8);
        writer.WriteRawValue(_values[created.DefinitionHash].Span, skipInputValidation: true);
        writer.WritePropertyName("input"u8);
        writer.WriteRawValue(JsonOf(created.Input).Span, skipInputValidation: true);
        if (created.ExternalId is not null) writer.WriteString("externalId"u8, created.ExternalId);
        if (created.Labels is { } labels)
        {
            writer.WriteStartObject("labels"u8);
            foreach (var (name, value) in labels) writer.WriteString(name, value);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.Flush();
        return body.WrittenMemory;
    }

    /// <summary>Gives the next batch of events, which goes no further than its limits.</summary>
    public ReadOnlyMemory<byte> BatchOf(List<ExecutionEvent> events, ref int from)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        using var writer = new Utf8JsonWriter(body, EventJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("batch"u8, ++_batch);
        writer.WriteStartArray("events"u8);
        for (var count = 0; from < events.Count && count < ExternalLimits.MaxEvents && (count == 0 || body.WrittenCount + writer.BytesPending + SizeOf(events[from]) < MonitorLimits.BatchBytes); count++)
        {
            var e = events[from++];
            writer.WriteStartObject();
            writer.WriteString("type"u8, e.Type);
            writer.WriteString("time"u8, e.Time);
            if (e.Stage is not null) writer.WriteString("stage"u8, e.Stage);
            if (e.Attempt > 0) writer.WriteNumber("attempt"u8, e.Attempt);
            writer.WritePropertyName("data"u8);
            WriteData(writer, e.Data);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return body.WrittenMemory;
    }

    private void WriteData(Utf8JsonWriter writer, EventData data)
    {
        // The output of the last stage, told before: the server has it and takes it by itself.
        if (data is ExecutionCompleted { Output: { IsInline: false, Json.IsEmpty: true } output } completed && !_values.ContainsKey(output.Reference!))
        {
            writer.WriteStartObject();
            writer.WriteString("result"u8, completed.Result);
            writer.WriteEndObject();
            return;
        }

        EventJson.WriteData(writer, data.MapPayloads(p => Payload.Inline(JsonOf(p))));
    }

    private static long SizeOf(ExecutionEvent e)
    {
        var size = 1024L;
        e.Data.MapPayloads(p =>
        {
            size += p.Bytes;
            return p;
        });
        return size + (e.Data is StageOutputWritten output ? output.Text.Length * 3 : 0);
    }

    private ReadOnlyMemory<byte> JsonOf(Payload payload) =>
        payload.Reference is null || !payload.Json.IsEmpty ? payload.Json : _values.TryGetValue(payload.Reference, out var bytes) ? bytes : throw new InvalidDataException($"The value {payload.Reference} is not at hand.");
}
