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
        foreach (var item in items) Write(writer, item.Summary);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, ExecutionSummary item)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, item.Id);
        writer.WriteString("pipelineId"u8, item.PipelineId);
        writer.WriteString("pipelineName"u8, item.PipelineName);
        writer.WriteString("status"u8, item.Status.ToWire());
        writer.WriteNumber("startTime"u8, item.CreatedAt.ToUnixTimeMilliseconds());
        if (item.EndedAt is { } ended)
        {
            writer.WriteNumber("endTime"u8, ended.ToUnixTimeMilliseconds());
            writer.WriteNumber("duration"u8, (ended - item.CreatedAt).TotalMilliseconds);
        }

        writer.WriteNumber("currentStage"u8, item.CurrentStage);
        writer.WriteNumber("totalStages"u8, item.Stages.Total);
        writer.WriteString("inputPreview"u8, item.InputPreview);
        StateJson.WriteCounts(writer, item.Stages);
        writer.WriteNumber("cost"u8, item.Cost);
        if (item.Error is { } error) writer.WriteString("error"u8, error);
        writer.WriteStartObject("labels"u8);
        foreach (var (name, value) in item.Labels) writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
