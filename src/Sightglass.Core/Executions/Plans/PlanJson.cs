using System.Buffers;
using System.Text.Json;

namespace Sightglass.Core.Executions.Plans;

/// <summary>The planned graph as <c>execution.created</c> carries it, so that what has not started can be drawn.</summary>
internal static class PlanJson
{
    public static ReadOnlyMemory<byte> Write(PipelinePlan plan)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(output, EventJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("stages"u8);
        foreach (var stage in plan.Stages)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, stage.Id);
            writer.WriteString("name"u8, stage.Definition.DisplayName);
            writer.WriteString("type"u8, stage.Type);
            if (stage.ForEach is not null) writer.WriteBoolean("forEach"u8, true);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("edges"u8);
        foreach (var from in plan.Stages)
        {
            foreach (var to in from.Dependents.Order())
            {
                writer.WriteStartObject();
                writer.WriteString("from"u8, from.Id);
                writer.WriteString("to"u8, plan.Stages[to].Id);
                writer.WriteString("kind"u8, KindOf(from, plan.Stages[to]));
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }

    private static string KindOf(StagePlan from, StagePlan to)
    {
        if (to.Branches.Contains(from.Index)) return "branch";
        if (to.Needs.Contains(from.Index)) return "completed";
        var leaf = to.Leaves.FirstOrDefault(l => l.Stage == from.Id);
        return leaf?.Kind switch
        {
            TriggerLeafKind.Failed => "failed",
            TriggerLeafKind.Ended => "ended",
            TriggerLeafKind.Completed => "completed",
            _ => "condition",
        };
    }
}
