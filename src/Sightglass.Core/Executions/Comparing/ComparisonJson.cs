using System.Text.Json;

namespace Sightglass.Core.Executions;

/// <summary>Writes comparisons as JSON.</summary>
public static class ComparisonJson
{
    /// <summary>Writes a comparison: an object.</summary>
    public static void Write(Utf8JsonWriter writer, ExecutionComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(comparison);
        writer.WriteStartObject();
        writer.WritePropertyName("left"u8);
        Write(writer, comparison.Left);
        writer.WritePropertyName("right"u8);
        Write(writer, comparison.Right);
        writer.WriteBoolean("same"u8, comparison.IsSame);
        writer.WriteBoolean("cut"u8, comparison.IsCut);
        writer.WriteString("firstDivergence"u8, comparison.FirstDivergence?.Key);
        WriteDifferences(writer, "input"u8, comparison.Input);
        WriteDifferences(writer, "output"u8, comparison.Output);
        writer.WriteStartArray("stages"u8);
        foreach (var stage in comparison.Stages) Write(writer, stage);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ComparedExecution execution)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, execution.Id);
        writer.WriteString("pipelineId"u8, execution.PipelineId);
        writer.WriteString("pipelineName"u8, execution.PipelineName);
        writer.WriteString("status"u8, execution.Status.ToWire());
        writer.WriteNumber("startTime"u8, execution.StartedAt.ToUnixTimeMilliseconds());
        if (execution.EndedAt is { } ended) writer.WriteNumber("endTime"u8, ended.ToUnixTimeMilliseconds());
        else writer.WriteNull("endTime"u8);
        WriteNumber(writer, "duration"u8, execution.Duration);
        writer.WriteNumber("cost"u8, execution.Cost);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, StageComparison stage)
    {
        writer.WriteStartObject();
        writer.WriteString("key"u8, stage.Key);
        writer.WriteString("name"u8, (stage.Left ?? stage.Right)!.Name);
        writer.WriteStartArray("differs"u8);
        foreach (var what in stage.Differs) writer.WriteStringValue(what);
        writer.WriteEndArray();
        Write(writer, "left"u8, stage.Left);
        Write(writer, "right"u8, stage.Right);
        WriteDifferences(writer, "input"u8, stage.Input);
        WriteDifferences(writer, "output"u8, stage.Output);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ComparedStage? stage)
    {
        if (stage is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteString("status"u8, stage.Status.ToWire());
        writer.WriteString("undo"u8, stage.Undo);
        writer.WriteNumber("attempt"u8, stage.Attempt);
        WriteNumber(writer, "startedAfter"u8, stage.StartedAfter?.TotalMilliseconds);
        WriteNumber(writer, "duration"u8, stage.Duration);
        if (stage.Cost is { } cost) writer.WriteNumber("cost"u8, cost);
        else writer.WriteNull("cost"u8);
        writer.WriteEndObject();
    }

    private static void WriteDifferences(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<ValueDifference> differences)
    {
        writer.WriteStartArray(name);
        foreach (var difference in differences)
        {
            writer.WriteStartObject();
            writer.WriteString("path"u8, difference.Path);
            writer.WriteString("left"u8, difference.Left);
            writer.WriteString("right"u8, difference.Right);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number) writer.WriteNumber(name, number);
        else writer.WriteNull(name);
    }
}
