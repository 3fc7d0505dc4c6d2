using System.Collections.Immutable;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;

namespace Sightglass.Sqlite.Database;

/// <summary>Reads details from the bytes of their column. Lists read hundreds of rows an answer: this costs a third of what the
/// serializer takes, and leaves a third of its garbage.</summary>
internal static class SummaryDetailsReader
{
    /// <exception cref="JsonException">They are no details.</exception>
    public static SummaryDetails Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        string? name = null, preview = null, error = null, stageId = null, stageName = null, waitingFor = null, waitingKey = null, waitingName = null;
        IReadOnlyDictionary<string, string> labels = ImmutableDictionary<string, string>.Empty;
        var stage = 0;
        StageCounts stages = default;
        decimal cost = 0;
        long? started = null;
        int? turn = null;
        ExecutionTotals? totals = null;
        TokenUsage? tokens = null;
        Begin(ref reader);
        while (Next(ref reader))
        {
            if (Is(ref reader, "pipelineName"u8)) name = reader.GetString();
            else if (Is(ref reader, "currentStage"u8)) stage = reader.GetInt32();
            else if (Is(ref reader, "stages"u8)) stages = ReadCounts(ref reader);
            else if (Is(ref reader, "inputPreview"u8)) preview = reader.GetString();
            else if (Is(ref reader, "cost"u8)) cost = reader.GetDecimal();
            else if (Is(ref reader, "error"u8)) error = reader.GetString();
            else if (Is(ref reader, "labels"u8)) labels = ReadLabels(ref reader);
            else if (Is(ref reader, "started"u8)) started = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
            else if (Is(ref reader, "totals"u8)) totals = ReadTotals(ref reader);
            else if (Is(ref reader, "stageId"u8)) stageId = reader.GetString();
            else if (Is(ref reader, "stageName"u8)) stageName = reader.GetString();
            else if (Is(ref reader, "tokens"u8)) tokens = ReadTokens(ref reader);
            else if (Is(ref reader, "waitingFor"u8)) waitingFor = reader.GetString();
            else if (Is(ref reader, "waitingKey"u8)) waitingKey = reader.GetString();
            else if (Is(ref reader, "waitingName"u8)) waitingName = reader.GetString();
            else if (Is(ref reader, "turn"u8)) turn = reader.GetInt32();
            else Pass(ref reader);
        }

        return new SummaryDetails(name!, stage, stages, preview!, cost, error, labels, started, totals, stageId, stageName, tokens, waitingFor, waitingKey, waitingName, turn);
    }

    private static StageCounts ReadCounts(ref Utf8JsonReader reader)
    {
        int total = 0, completed = 0, failed = 0, running = 0, pending = 0, skipped = 0;
        Check(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader))
        {
            if (Is(ref reader, "total"u8)) total = reader.GetInt32();
            else if (Is(ref reader, "completed"u8)) completed = reader.GetInt32();
            else if (Is(ref reader, "failed"u8)) failed = reader.GetInt32();
            else if (Is(ref reader, "running"u8)) running = reader.GetInt32();
            else if (Is(ref reader, "pending"u8)) pending = reader.GetInt32();
            else if (Is(ref reader, "skipped"u8)) skipped = reader.GetInt32();
            else Pass(ref reader);
        }

        return new StageCounts(total, completed, failed, running, pending, skipped);
    }

    private static ExecutionTotals? ReadTotals(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        int run = 0, skipped = 0, failed = 0;
        decimal cost = 0;
        double duration = 0;
        Check(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader))
        {
            if (Is(ref reader, "stagesRun"u8)) run = reader.GetInt32();
            else if (Is(ref reader, "stagesSkipped"u8)) skipped = reader.GetInt32();
            else if (Is(ref reader, "stagesFailed"u8)) failed = reader.GetInt32();
            else if (Is(ref reader, "cost"u8)) cost = reader.GetDecimal();
            else if (Is(ref reader, "duration"u8)) duration = reader.GetDouble();
            else Pass(ref reader);
        }

        return new ExecutionTotals(run, skipped, failed, cost, duration);
    }

    private static TokenUsage? ReadTokens(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        long input = 0, output = 0;
        Check(ref reader, JsonTokenType.StartObject);
        while (Next(ref reader))
        {
            if (Is(ref reader, "input"u8)) input = reader.GetInt64();
            else if (Is(ref reader, "output"u8)) output = reader.GetInt64();
            else Pass(ref reader);
        }

        return new TokenUsage(input, output);
    }

    private static IReadOnlyDictionary<string, string> ReadLabels(ref Utf8JsonReader reader)
    {
        Dictionary<string, string>? labels = null;
        Check(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            (labels ??= [])[name] = reader.GetString()!;
        }

        return labels ?? (IReadOnlyDictionary<string, string>)ImmutableDictionary<string, string>.Empty;
    }

    private static void Begin(ref Utf8JsonReader reader)
    {
        reader.Read();
        Check(ref reader, JsonTokenType.StartObject);
    }

    private static void Check(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (reader.TokenType != type) throw new JsonException($"There is {reader.TokenType} in place of {type}.");
    }

    // Stands at a name, as long as there is one.
    private static bool Next(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    // Goes on to the value of the name that it asks for.
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();

    private static void Pass(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }
}
