using System.Text.Json.Serialization;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;

namespace Sightglass.Sqlite.Database;

/// <summary>What no list filters on.</summary>
internal sealed record SummaryDetails(
    string PipelineName,
    int CurrentStage,
    StageCounts Stages,
    string InputPreview,
    decimal Cost,
    string? Error,
    IReadOnlyDictionary<string, string> Labels,
    long? Started = null,
    ExecutionTotals? Totals = null,
    string? StageId = null,
    string? StageName = null,
    TokenUsage? Tokens = null,
    string? WaitingFor = null,
    string? WaitingKey = null,
    string? WaitingName = null,
    int? Turn = null);

/// <summary>Serialisation without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SummaryDetails))]
[JsonSerializable(typeof(TextExcerpt))]
[JsonSerializable(typeof(OutputExcerpt))]
internal sealed partial class SummaryJson : JsonSerializerContext;
