using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Sightglass.Core.Executions;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(MomentConverter)])]
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
[JsonSerializable(typeof(ApprovalWithdrawn))]
[JsonSerializable(typeof(BreakpointSet))]
[JsonSerializable(typeof(BreakpointCleared))]
[JsonSerializable(typeof(DebugPaused))]
[JsonSerializable(typeof(DebugResumed))]
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

    private static readonly Dictionary<string, JsonTypeInfo> ByType = MakeTypes(isForeign: false, JsonUnmappedMemberHandling.Skip);

    // Only servers to which other programs report need them, or into which logs are imported: those may be of a newer version.
    private static readonly Lazy<Dictionary<string, JsonTypeInfo>> Foreign = new(static () => MakeTypes(isForeign: true, JsonUnmappedMemberHandling.Disallow));
    private static readonly Lazy<Dictionary<string, JsonTypeInfo>> Imported = new(static () => MakeTypes(isForeign: true, JsonUnmappedMemberHandling.Skip));

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
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
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
    public static IEnumerable<ExecutionEvent> ReadBlock(ReadOnlyMemory<byte> lines) => new EventReader().ReadBlock(lines);

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

    /// <summary>Reads the data of an event that somebody else made; what no event of the type has is refused.</summary>
    /// <param name="template">Data of the type, whose members count where others are left out.</param>
    /// <param name="data">What is given; nothing at all is as good as no members.</param>
    /// <exception cref="JsonException">It is no data of the type; the path says where.</exception>
    internal static EventData ReadForeign(EventData template, JsonElement data)
    {
        if (data.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined)) throw new JsonException("no object", "$", null, null);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            foreach (var member in JsonSerializer.SerializeToElement(template, ByType[template.EventType]).EnumerateObject())
            {
                if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty(member.Name, out _)) member.WriteTo(writer);
            }

            if (data.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in data.EnumerateObject()) member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        var read = (EventData)JsonSerializer.Deserialize(buffer.WrittenSpan, Foreign.Value[template.EventType])!;

        // A reference that comes from outside is a value like any other: nobody reads by it what they have not stored.
        return read.MapPayloads(static p => p.IsInline || !p.Json.IsEmpty ? p : Payload.FromJson(p.ToJson()));
    }

    /// <summary>Holds the data of an event that came in a log from outside to what readers of our own logs rely on.</summary>
    /// <param name="type">The event's type.</param>
    /// <param name="data">The data as it stands there.</param>
    /// <returns>Whether it has every member that we write; a number or flag that is left out is 0 or false. Types that are not known
    /// have none.</returns>
    /// <exception cref="JsonException">It is no data of the type, or lacks a text or value that it has to have.</exception>
    internal static bool CheckImported(string type, JsonElement data)
    {
        if (!Imported.Value.TryGetValue(type, out var info)) return true;
        if (data.ValueKind != JsonValueKind.Object) throw new JsonException($"'data' of '{type}' is no object");
        var read = data.Deserialize(info)!;
        if (info.Properties.FirstOrDefault(property => !property.IsGetNullable && property.Get is { } get && get(read) is null) is { } missing) throw new JsonException($"'{missing.Name}' of '{type}' is missing");
        var written = JsonSerializer.SerializeToElement(read, ByType[type]);
        return written.EnumerateObject().All(member => data.TryGetProperty(member.Name, out _));
    }

    /// <summary>Writes the data of an event alone.</summary>
    internal static void WriteData(Utf8JsonWriter writer, EventData data) => JsonSerializer.Serialize(writer, data, ByType[data.EventType]);

    /// <summary>Gives how many bytes the data of an event takes.</summary>
    internal static int SizeOf(EventData data) => JsonSerializer.SerializeToUtf8Bytes(data, ByType[data.EventType]).Length;

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

    private static Dictionary<string, JsonTypeInfo> MakeTypes(bool isForeign, JsonUnmappedMemberHandling others)
    {
        var options = new JsonSerializerOptions(EventJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = ExecutionLimits.MaxValueDepth,
            UnmappedMemberHandling = others,
            RespectNullableAnnotations = isForeign,
            RespectRequiredConstructorParameters = isForeign,
            AllowDuplicateProperties = !isForeign,
            TypeInfoResolver = EventJsonContext.Default.WithAddedModifier(RemoveDerived),
        };
        if (isForeign) options.Converters.Add(new FiniteNumberConverter());
        return new Dictionary<string, JsonTypeInfo>(StringComparer.Ordinal)
        {
            ["execution.created"] = Of<ExecutionCreated>(),
            ["execution.started"] = Of<ExecutionStarted>(),
            ["execution.paused"] = Of<ExecutionPaused>(),
            ["execution.resumed"] = Of<ExecutionResumed>(),
            ["execution.cancelling"] = Of<ExecutionCancelling>(),
            ["execution.completed"] = Of<ExecutionCompleted>(),
            ["execution.failed"] = Of<ExecutionFailed>(),
            ["execution.cancelled"] = Of<ExecutionCancelled>(),
            ["execution.reopened"] = Of<ExecutionReopened>(),
            ["stage.queued"] = Of<StageQueued>(),
            ["stage.waiting"] = Of<StageWaiting>(),
            ["stage.started"] = Of<StageStarted>(),
            ["stage.expanded"] = Of<StageExpanded>(),
            ["stage.completed"] = Of<StageCompleted>(),
            ["stage.failed"] = Of<StageFailed>(),
            ["stage.skipped"] = Of<StageSkipped>(),
            ["stage.cancelled"] = Of<StageCancelled>(),
            ["stage.undo.started"] = Of<StageUndoStarted>(),
            ["stage.undo.completed"] = Of<StageUndoCompleted>(),
            ["stage.undo.failed"] = Of<StageUndoFailed>(),
            ["trigger.evaluated"] = Of<TriggerEvaluated>(),
            ["approval.requested"] = Of<ApprovalRequested>(),
            ["approval.granted"] = Of<ApprovalGranted>(),
            ["approval.rejected"] = Of<ApprovalRejected>(),
            ["approval.withdrawn"] = Of<ApprovalWithdrawn>(),
            ["debug.breakpoint.set"] = Of<BreakpointSet>(),
            ["debug.breakpoint.cleared"] = Of<BreakpointCleared>(),
            ["debug.paused"] = Of<DebugPaused>(),
            ["debug.resumed"] = Of<DebugResumed>(),
            ["stage.output"] = Of<StageOutputWritten>(),
            ["stage.log"] = Of<StageLogged>(),
            ["stage.progress"] = Of<StageProgressed>(),
            ["agent.message"] = Of<AgentMessageSent>(),
            ["agent.memory"] = Of<AgentMemoryUsed>(),
            ["agent.state"] = Of<AgentStateChanged>(),
            ["agent.tool"] = Of<AgentToolCalled>(),
        };

        JsonTypeInfo Of<T>() => options.GetTypeInfo(typeof(T));
    }

    // The type stands in the envelope. An override does not inherit the attribute that keeps a property out of JSON.
    private static void RemoveDerived(JsonTypeInfo type)
    {
        if (!type.Type.IsAssignableTo(typeof(EventData))) return;
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i].Name is "eventType" or "isDecision") type.Properties.RemoveAt(i);
        }
    }
}
