using System.Text.Json;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Monitoring.External;

/// <summary>One event as another program reports it. Its place in the log is given by who keeps the log.</summary>
/// <param name="Stage">Key of the stage; <see langword="null"/> on events of the execution.</param>
/// <param name="Attempt">The attempt it belongs to; 0 for the one that follows from the log.</param>
/// <param name="Time">When it happened; <see langword="null"/> for now.</param>
/// <param name="Data">What happened.</param>
/// <param name="HasDuration">Whether the end of an attempt says how long it took.</param>
/// <param name="HasOutput">Whether an end says what came out, be it null.</param>
internal sealed record ReportedEvent(string? Stage, int Attempt, DateTimeOffset? Time, EventData Data, bool HasDuration, bool HasOutput)
{
    // What may be reported; a begin stands for itself, and stops at breakpoints are an engine's.
    private static readonly Dictionary<string, EventData> Templates = new EventData[]
    {
        new ExecutionStarted(), new ExecutionCancelling(), new ExecutionCompleted(), new ExecutionFailed(), new ExecutionCancelled(),
        new StageQueued(), new StageWaiting(), new StageStarted(), new StageOutputWritten(), new StageLogged(), new StageProgressed(),
        new StageCompleted(), new StageFailed(), new StageSkipped(), new StageCancelled(), new TriggerEvaluated(),
        new AgentMessageSent(), new AgentMemoryUsed(), new AgentStateChanged(), new AgentToolCalled(),
    }.ToDictionary(static e => e.EventType, StringComparer.Ordinal);

    private static readonly HashSet<string> Members = new(["seq", "time", "executionId", "type", "stage", "attempt", "iteration", "data"], StringComparer.Ordinal);

    /// <summary>Reads an event as it stands in a batch.</summary>
    /// <exception cref="MonitorException">It is none; the message says why.</exception>
    public static ReportedEvent Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object) throw Invalid("an event has to be an object");
        foreach (var member in json.EnumerateObject())
        {
            if (!Members.Contains(member.Name)) throw Invalid($"an event has no '{ExecutionLimits.Cut(member.Name, 50)}'");
        }

        var type = Text(json, "type") ?? throw Invalid("'type' is missing");
        if (type.Length > ExternalLimits.MaxTypeChars) throw Invalid("'type' is too long");
        var stage = Text(json, "stage");
        if (stage?.Length is 0 or > ExternalLimits.MaxStageChars) throw Invalid($"'stage' has to have 1 to {ExternalLimits.MaxStageChars} characters");
        DateTimeOffset? time = null;
        if (Has(json, "time", out var at)) time = at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var moment) ? moment.ToUniversalTime() : throw Invalid("'time' has to be RFC 3339, such as 2026-11-20T17:29:03.123456Z");
        var attempt = 0;
        if (Has(json, "attempt", out var number) && !(number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out attempt) && attempt >= 1)) throw Invalid("'attempt' is a number from 1");
        json.TryGetProperty("data"u8, out var given);
        return new ReportedEvent(stage, attempt, time, Checked(DataOf(type, given)), Has(given, "duration", out _), given.ValueKind == JsonValueKind.Object && given.TryGetProperty("output"u8, out _));
    }

    public static MonitorException Invalid(string why) => new("event_invalid", why + ".");

    private static EventData DataOf(string type, JsonElement json)
    {
        if (!Templates.TryGetValue(type, out var template)) throw Invalid($"'{type}' cannot be reported");
        foreach (var member in Required(template))
        {
            if (!Has(json, member, out _)) throw Invalid($"'{member}' of '{type}' is missing");
        }

        try
        {
            return EventJson.ReadForeign(template, json);
        }
        catch (JsonException e)
        {
            throw Invalid($"'data' at {e.Path ?? "$"} does not fit '{type}'; docs/reference/events.schema.json says what does");
        }
    }

    private static string[] Required(EventData template) => template switch
    {
        StageOutputWritten => ["text"],
        StageLogged => ["message"],
        StageProgressed => ["fraction"],
        TriggerEvaluated => ["type", "result"],
        AgentMessageSent => ["from", "to", "kind"],
        AgentStateChanged => ["key"],
        AgentToolCalled => ["tool"],
        _ => [],
    };

    /// <summary>Holds the data to what the log's schema says: fixed words, and an event that fits.</summary>
    private static EventData Checked(EventData data)
    {
        switch (data)
        {
            case StageWaiting waiting: OneOf("for", waiting.For, "event", "approval", "timer"); break;
            case StageOutputWritten output: OneOf("stream", output.Stream, "output", "error"); return data;
            case StageLogged log: OneOf("level", log.Level, "debug", "info", "warning", "error"); break;
            case StageProgressed { Fraction: < 0 or > 1 }: throw Invalid("'fraction' is a number from 0 to 1");
            case StageCompleted { Duration: < 0 } or StageFailed { Duration: < 0 } or StageCancelled { Duration: < 0 }: throw Invalid("'duration' is a number of milliseconds from 0");
            case StageCompleted { Cost: < 0 } or StageFailed { Cost: < 0 }: throw Invalid("'cost' is a number of US dollars from 0");
            case StageFailed { Error: null }: throw Invalid("'error' is missing: {\"code\", \"message\"}");
            case StageSkipped skipped:
                OneOf("reason", skipped.Reason, "condition_false", "branch_not_taken", "dependency_skipped", "dependency_failed", "trigger_impossible", "trigger_timeout", "execution_failed", "early_exit", "not_run");
                break;
            case StageCancelled cancelled: OneOf("reason", cancelled.Reason, "execution_cancelled", "execution_failed", "early_exit", "unreachable"); break;
            case TriggerEvaluated evaluated: OneOf("type", evaluated.Kind, "completed", "failed", "ended", "event", "approval", "condition", "timer", "all", "any"); break;
            case AgentMessageSent message:
                OneOf("kind", message.Kind, "request", "response", "escalation", "delegation");
                OneOf("escalationLevel", message.EscalationLevel, "none", "agent", "supervisor", "human");
                break;
            case AgentMemoryUsed memory: OneOf("operation", memory.Operation, "write", "recall"); break;
            case ExecutionCompleted completed: OneOf("result", completed.Result, "success", "early_exit"); break;
            case ExecutionFailed { Error: null }: throw Invalid("'error' is missing: {\"code\", \"message\"}");
        }

        // What is no value cannot be stored apart.
        var size = EventJson.SizeOf(data.MapPayloads(static _ => Payload.Null));
        return size <= ExternalLimits.MaxFixedBytes ? data : throw new MonitorException("event_too_large", $"Texts of this event take {size} bytes, and {ExternalLimits.MaxFixedBytes} is the most; put what is large into a value, or print it.");
    }

    private static void OneOf(string member, string value, params ReadOnlySpan<string> words)
    {
        if (!words.Contains(value)) throw Invalid($"'{member}' is one of {string.Join(", ", words.ToArray())}");
    }

    private static bool Has(JsonElement json, string name, out JsonElement value)
    {
        value = default;
        return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private static string? Text(JsonElement json, string name) =>
        !Has(json, name, out var value) ? null : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Invalid($"'{name}' has to be a text");
}
