using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Executions;

/// <summary>An execution as lists show it.</summary>
internal static class ListItemJson
{
    public static void WriteArray(Utf8JsonWriter writer, IReadOnlyList<ExecutionListItem> items)
    {
        writer.WriteStartArray("executions"u8);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            WriteMembers(writer, item.Summary);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Writes an item of the history, which also says how it ended.</summary>
    public static void WriteEnded(Utf8JsonWriter writer, ExecutionSummary item, string defaultProvider)
    {
        writer.WriteStartObject();
        WriteMembers(writer, item);
        writer.WriteNumber("stagesRun"u8, item.Totals?.StagesRun ?? item.Stages.Completed);
        writer.WriteNumber("stagesSkipped"u8, item.Totals?.StagesSkipped ?? item.Stages.Skipped);
        writer.WriteNumber("stagesFailed"u8, item.Totals?.StagesFailed ?? item.Stages.Failed);
        writer.WriteNumber("totalCost"u8, item.Cost);
        writer.WriteString("input"u8, item.Input?.Text ?? item.InputPreview);
        if (item.Input?.IsCut == true) writer.WriteBoolean("inputIsCut"u8, true);
        if (item.Output is { } output)
        {
            writer.WriteString("finalOutput"u8, output.Excerpt.Text);
            writer.WriteString("finalOutputType"u8, output.Excerpt.Kind.ToString().ToLowerInvariant());
            writer.WriteString("finalOutputLabel"u8, output.Label);
            if (output.Excerpt.IsCut) writer.WriteBoolean("finalOutputIsCut"u8, true);
        }

        writer.WriteString("defaultProvider"u8, defaultProvider);
        writer.WriteEndObject();
    }

    /// <summary>Gives when an execution started, or was created where no stage of it has.</summary>
    public static DateTimeOffset StartOf(ExecutionSummary item) => item.StartedAt ?? item.CreatedAt;

    /// <summary>Gives how long one took that has ended, in milliseconds.</summary>
    public static double? DurationOf(ExecutionSummary item) => item.EndedAt is { } ended ? item.Totals?.Duration ?? (ended - StartOf(item)).TotalMilliseconds : null;

    /// <summary>Writes what every list shows of an execution.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, ExecutionSummary item)
    {
        writer.WriteString("id"u8, item.Id);
        writer.WriteString("pipelineId"u8, item.PipelineId);
        writer.WriteString("pipelineName"u8, item.PipelineName);
        writer.WriteString("status"u8, item.Status.ToWire());
        writer.WriteNumber("turn"u8, item.Turn);
        writer.WriteNumber("createdAt"u8, item.CreatedAt.ToUnixTimeMilliseconds());
        writer.WriteNumber("startTime"u8, StartOf(item).ToUnixTimeMilliseconds());
        if (item.EndedAt is { } ended)
        {
            writer.WriteNumber("endTime"u8, ended.ToUnixTimeMilliseconds());
            writer.WriteNumber("duration"u8, DurationOf(item)!.Value);
        }

        writer.WriteNumber("currentStage"u8, item.CurrentStage);
        if (item.CurrentStageId is { } stage)
        {
            writer.WriteString("currentStageId"u8, stage);
            writer.WriteString("currentStageName"u8, item.CurrentStageName ?? stage);
        }

        if (item.WaitingFor is { } waiting)
        {
            writer.WriteString("waitingFor"u8, waiting);
            writer.WriteString("waitingStage"u8, item.WaitingStageKey);
            writer.WriteString("waitingStageName"u8, item.WaitingStageName);
        }

        writer.WriteNumber("totalStages"u8, item.Stages.Total);
        writer.WriteString("inputPreview"u8, item.InputPreview);
        StateJson.WriteCounts(writer, item.Stages);
        writer.WriteNumber("cost"u8, item.Cost);
        if (item.Tokens is { } tokens)
        {
            writer.WriteStartObject("tokens"u8);
            writer.WriteNumber("input"u8, tokens.Input);
            writer.WriteNumber("output"u8, tokens.Output);
            writer.WriteEndObject();
        }

        if (item.Error is { } error) writer.WriteString("error"u8, error);
        writer.WriteStartObject("labels"u8);
        foreach (var (name, value) in item.Labels) writer.WriteString(name, value);
        writer.WriteEndObject();
    }
}
