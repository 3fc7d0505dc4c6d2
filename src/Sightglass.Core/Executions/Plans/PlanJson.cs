using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Definitions;

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
            var watched = 0;
            foreach (var to in from.Dependents.Order())
            {
                while (watched < from.WatchedBy.Count && from.WatchedBy[watched].Stage < to) watched++;
                writer.WriteStartObject();
                writer.WriteString("from"u8, from.Id);
                writer.WriteString("to"u8, plan.Stages[to].Id);
                writer.WriteString("kind"u8, KindOf(from, plan.Stages[to], watched));
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }

    /// <summary>Writes the graph of a definition that is not to be run here: whatever its stage types are, and what it names
    /// and does not have left out.</summary>
    public static ReadOnlyMemory<byte> Write(PipelineDefinition definition)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using var writer = new Utf8JsonWriter(output, EventJson.WriterOptions);
        writer.WriteStartObject();
        writer.WriteStartArray("stages"u8);
        foreach (var stage in definition.Stages)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, stage.Id);
            writer.WriteString("name"u8, stage.DisplayName);
            writer.WriteString("type"u8, stage.Type);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("edges"u8);
        var known = definition.Stages.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        var dependencies = StageDependencies.ByIndex(definition);
        for (var i = 0; i < dependencies.Length; i++)
        {
            foreach (var on in dependencies[i].Where(d => known.Contains(d.On)).GroupBy(d => d.On, StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                writer.WriteString("from"u8, on.Key);
                writer.WriteString("to"u8, definition.Stages[i].Id);
                writer.WriteString("kind"u8, KindOf([.. on.Select(d => d.Kind)]));
                writer.WriteEndObject();
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenMemory;
    }

    private static string KindOf(HashSet<DependencyKind> kinds) =>
        kinds.Contains(DependencyKind.Branch) ? "branch"
        : kinds.Contains(DependencyKind.Failed) ? "failed"
        : kinds.Contains(DependencyKind.Ended) ? "ended"
        : "completed";

    // Searched from the stage's own lists, which are in the order of the plan: a join may name thousands.
    private static string KindOf(StagePlan from, StagePlan to, int watched)
    {
        if (to.Branches.Contains(from.Index)) return "branch";
        if (from.NeededBy.BinarySearch(to.Index) >= 0) return "completed";
        TriggerLeaf? leaf = null;
        for (; leaf is null && watched < from.WatchedBy.Count && from.WatchedBy[watched].Stage == to.Index; watched++)
        {
            if (to.Leaves[from.WatchedBy[watched].Leaf] is { Stage: not null } named) leaf = named;
        }

        return leaf?.Kind switch
        {
            TriggerLeafKind.Failed => "failed",
            TriggerLeafKind.Ended => "ended",
            TriggerLeafKind.Completed => "completed",
            _ => "condition",
        };
    }
}
