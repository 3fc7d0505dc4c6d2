using System.Text.Json;
using System.Text.RegularExpressions;
using Sightglass.Core.Definitions;

namespace Sightglass.Server.Contracts.Dashboard;

/// <summary>A pipeline as the live dashboard reads it beside ours: <c>pipeline</c> with its settings, and <c>stages</c> with the model,
/// the prompt and the output of each. That client reads all of it of every stage: where a stage has no model, the values
/// are neutral.</summary>
internal static partial class DashboardPipeline
{
    /// <summary>Gives the provider of the first stage that names one; empty where none does.</summary>
    public static string ProviderOf(PipelineDefinition? definition) =>
        definition?.Stages.Select(static s => s.Agent?.Model?.Provider).FirstOrDefault(static p => !string.IsNullOrEmpty(p)) ?? "";

    /// <summary>Writes both members.</summary>
    /// <param name="writer">Where to, inside an object.</param>
    /// <param name="id">The pipeline's id.</param>
    /// <param name="definition">The pipeline; <see langword="null"/> where its file cannot be read.</param>
    public static void Write(Utf8JsonWriter writer, string id, PipelineDefinition? definition)
    {
        writer.WriteStartObject("pipeline"u8);
        writer.WriteString("id"u8, id);
        writer.WriteString("name"u8, definition?.DisplayName ?? id);
        writer.WriteString("version"u8, definition?.Version ?? "");
        writer.WriteString("description"u8, definition?.Description ?? "");
        writer.WriteString("defaultProvider"u8, ProviderOf(definition));
        writer.WriteStartObject("settings"u8);
        writer.WriteNumber("maxRetries"u8, Math.Max(0, (definition?.Defaults?.Retry?.MaxAttempts ?? 1) - 1));
        writer.WriteBoolean("enableEarlyExit"u8, definition?.Stages.Any(static s => s.Then == "finish" || s.Else == "finish") ?? false);
        writer.WriteBoolean("enableCaching"u8, false);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartArray("stages"u8);
        foreach (var stage in definition?.Stages ?? []) WriteStage(writer, stage);
        writer.WriteEndArray();
    }

    private static void WriteStage(Utf8JsonWriter writer, StageDefinition stage)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, stage.Id);
        writer.WriteString("name"u8, stage.DisplayName);
        writer.WriteString("type"u8, stage.Type);
        writer.WriteString("description"u8, stage.Description ?? "");
        writer.WriteStartObject("model"u8);
        writer.WriteString("providerID"u8, stage.Agent?.Model?.Provider ?? "");
        writer.WriteString("modelID"u8, stage.Agent?.Model?.Name ?? "");
        writer.WriteString("tier"u8, ""u8);
        writer.WriteNumber("maxTokens"u8, stage.Agent?.Model?.MaxTokens ?? 0);
        writer.WriteNumber("temperature"u8, stage.Agent?.Model?.Temperature ?? 0);
        writer.WriteEndObject();
        var template = stage.Agent?.Prompt ?? stage.Shell?.Run ?? "";
        writer.WriteStartObject("prompt"u8);
        writer.WriteString("systemPrompt"u8, stage.Agent?.System ?? "");
        writer.WriteString("template"u8, template);
        writer.WriteStartArray("variables"u8);
        foreach (var variable in Expression().Matches(template).Select(static m => m.Groups[1].Value).Distinct(StringComparer.Ordinal)) writer.WriteStringValue(variable);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartObject("output"u8);
        writer.WriteString("format"u8, stage.Output?.Format ?? "text");
        writer.WriteStartArray("extract"u8);
        foreach (var name in Required(stage.Output?.Schema)) writer.WriteStringValue(name);
        writer.WriteEndArray();
        writer.WriteEndObject();
        if (stage.When is { } condition)
        {
            writer.WriteStartArray("conditions"u8);
            writer.WriteStringValue(condition);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    // What the schema of an output demands is what such a client shows as taken from it.
    private static IEnumerable<string> Required(JsonElement? schema) =>
        schema is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("required"u8, out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Where(static n => n.ValueKind == JsonValueKind.String).Select(static n => n.GetString()!)
            : [];

    [GeneratedRegex(@"\$\{\{\s*([^}]+?)\s*\}\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Expression();
}
