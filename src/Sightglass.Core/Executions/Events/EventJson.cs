using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Sightglass.Core.Executions;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ExecutionCreated))]
[JsonSerializable(typeof(ExecutionStarted))]
[JsonSerializable(typeof(ExecutionPaused))]
[JsonSerializable(typeof(ExecutionResumed))]
[JsonSerializable(typeof(ExecutionCancelling))]
[JsonSerializable(typeof(ExecutionCompleted))]
[JsonSerializable(typeof(ExecutionFailed))]
[JsonSerializable(typeof(ExecutionCancelled))]
[JsonSerializable(typeof(ExecutionReopened))]
[JsonSerializable(typeof(StageQueued))]
[JsonSerializable(typeof(StageWaiting))]
[JsonSerializable(typeof(StageStarted))]
[JsonSerializable(typeof(StageExpanded))]
[JsonSerializable(typeof(StageCompleted))]
[JsonSerializable(typeof(StageFailed))]
[JsonSerializable(typeof(StageSkipped))]
[JsonSerializable(typeof(StageCancelled))]
[JsonSerializable(typeof(StageUndoStarted))]
[JsonSerializable(typeof(StageUndoCompleted))]
[JsonSerializable(typeof(StageUndoFailed))]
[JsonSerializable(typeof(TriggerEvaluated))]
[JsonSerializable(typeof(ApprovalRequested))]
[JsonSerializable(typeof(ApprovalGranted))]
[JsonSerializable(typeof(ApprovalRejected))]
[JsonSerializable(typeof(StageOutputWritten))]
[JsonSerializable(typeof(StageLogged))]
[JsonSerializable(typeof(StageProgressed))]
[JsonSerializable(typeof(AgentMessageSent))]
[JsonSerializable(typeof(AgentMemoryUsed))]
[JsonSerializable(typeof(AgentStateChanged))]
[JsonSerializable(typeof(AgentToolCalled))]
internal sealed partial class EventJsonContext : JsonSerializerContext;

/// <summary>Writes and reads the one encoding of events: what is stored is what is sent.</summary>
public static class EventJson
{
    /// <summary>The most bytes of one encoded event, its line end not counted.</summary>
    public const int MaxEventBytes = 64 * 1024;

    private static readonly Dictionary<string, JsonTypeInfo> ByType = MakeTypes();

    internal static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Writes one event as a line of UTF-8 JSON, line end included.</summary>
    public static void WriteLine(IBufferWriter<byte> output, ExecutionEvent e)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        WriteLine(writer, output, e);
    }

    /// <summary>Reads one event, with or without its line end.</summary>
    /// <exception cref="JsonException">The bytes are no event.</exception>
    public static ExecutionEvent Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 256 });
        long seq = 0;
        DateTimeOffset time = default;
        Guid id = default;
        string? type = null;
        string? stage = null;
        var attempt = 0;
        var iteration = 0;
        EventData? data = null;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("seq"u8)) seq = Next(ref reader).GetInt64();
            else if (reader.ValueTextEquals("time"u8)) time = Next(ref reader).GetDateTimeOffset();
            else if (reader.ValueTextEquals("executionId"u8)) id = Next(ref reader).GetGuid();
            else if (reader.ValueTextEquals("type"u8)) type = Next(ref reader).GetString();
            else if (reader.ValueTextEquals("stage"u8)) stage = Next(ref reader).GetString();
            else if (reader.ValueTextEquals("attempt"u8)) attempt = Next(ref reader).GetInt32();
            else if (reader.ValueTextEquals("iteration"u8)) iteration = Next(ref reader).GetInt32();
            else if (reader.ValueTextEquals("data"u8)) data = ReadData(ref reader, type);
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (seq < 1 || type is null) throw new JsonException("expected an event with seq and type");
        return new ExecutionEvent(seq, time, id, stage, attempt, iteration, data ?? new UnknownData(type, default));
    }

    /// <summary>Reads every event of a block.</summary>
    public static IEnumerable<ExecutionEvent> ReadBlock(ReadOnlyMemory<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.Span.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            if (!line.IsEmpty) yield return Read(line.Span);
        }
    }

    internal static void WriteLine(Utf8JsonWriter writer, IBufferWriter<byte> output, ExecutionEvent e)
    {
        WriteHead(writer, e.Seq, e.Time, e.ExecutionId, e.Type, e.Stage, e.Attempt, e.Iteration);
        if (e.Data is UnknownData unknown)
        {
            if (unknown.Data.ValueKind == JsonValueKind.Undefined) writer.WriteNullValue();
            else unknown.Data.WriteTo(writer);
        }
        else
        {
            JsonSerializer.Serialize(writer, e.Data, ByType[e.Data.EventType]);
        }

        writer.WriteEndObject();
        writer.Flush();
        output.GetSpan(1)[0] = (byte)'\n';
        output.Advance(1);
        writer.Reset(output);
    }

    /// <summary>Writes everything up to and including the key <c>data</c>.</summary>
    internal static void WriteHead(Utf8JsonWriter writer, long seq, DateTimeOffset time, Guid executionId, string type, string? stage, int attempt, int iteration)
    {
        Span<byte> stamp = stackalloc byte[27];
        FormatTime(time, stamp);
        Span<byte> id = stackalloc byte[36];
        Utf8Formatter.TryFormat(executionId, id, out _);
        writer.WriteStartObject();
        writer.WriteNumber("seq"u8, seq);
        writer.WriteString("time"u8, stamp);
        writer.WriteString("executionId"u8, id);
        writer.WriteString("type"u8, type);
        if (stage is not null) writer.WriteString("stage"u8, stage);
        if (attempt > 0) writer.WriteNumber("attempt"u8, attempt);
        if (iteration > 0) writer.WriteNumber("iteration"u8, iteration);
        writer.WritePropertyName("data"u8);
    }

    /// <summary>Formats 27 bytes: <c>2026-11-20T17:29:03.123456Z</c>.</summary>
    internal static void FormatTime(DateTimeOffset time, Span<byte> target) =>
        time.UtcDateTime.TryFormat(target, out _, "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static EventData? ReadData(ref Utf8JsonReader reader, string? type)
    {
        if (type is null) throw new JsonException("expected type before data");
        reader.Read();
        if (ByType.TryGetValue(type, out var info)) return (EventData?)JsonSerializer.Deserialize(ref reader, info);
        return new UnknownData(type, JsonElement.ParseValue(ref reader));
    }

    private static ref Utf8JsonReader Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return ref reader;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token) throw new JsonException($"expected {token}");
    }

    private static Dictionary<string, JsonTypeInfo> MakeTypes()
    {
        var c = new EventJsonContext(new JsonSerializerOptions(EventJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 256,
        });
        return new Dictionary<string, JsonTypeInfo>(StringComparer.Ordinal)
        {
            ["execution.created"] = c.ExecutionCreated,
            ["execution.started"] = c.ExecutionStarted,
            ["execution.paused"] = c.ExecutionPaused,
            ["execution.resumed"] = c.ExecutionResumed,
            ["execution.cancelling"] = c.ExecutionCancelling,
            ["execution.completed"] = c.ExecutionCompleted,
            ["execution.failed"] = c.ExecutionFailed,
            ["execution.cancelled"] = c.ExecutionCancelled,
            ["execution.reopened"] = c.ExecutionReopened,
            ["stage.queued"] = c.StageQueued,
            ["stage.waiting"] = c.StageWaiting,
            ["stage.started"] = c.StageStarted,
            ["stage.expanded"] = c.StageExpanded,
            ["stage.completed"] = c.StageCompleted,
            ["stage.failed"] = c.StageFailed,
            ["stage.skipped"] = c.StageSkipped,
            ["stage.cancelled"] = c.StageCancelled,
            ["stage.undo.started"] = c.StageUndoStarted,
            ["stage.undo.completed"] = c.StageUndoCompleted,
            ["stage.undo.failed"] = c.StageUndoFailed,
            ["trigger.evaluated"] = c.TriggerEvaluated,
            ["approval.requested"] = c.ApprovalRequested,
            ["approval.granted"] = c.ApprovalGranted,
            ["approval.rejected"] = c.ApprovalRejected,
            ["stage.output"] = c.StageOutputWritten,
            ["stage.log"] = c.StageLogged,
            ["stage.progress"] = c.StageProgressed,
            ["agent.message"] = c.AgentMessageSent,
            ["agent.memory"] = c.AgentMemoryUsed,
            ["agent.state"] = c.AgentStateChanged,
            ["agent.tool"] = c.AgentToolCalled,
        };
    }
}
