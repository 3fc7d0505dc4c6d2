using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Graphs;

/// <summary>Writes graphs as JSON: <c>{id, name, nodes: [{id, name, type, group, status?, undo?}], edges: [{from, to, kind, label, taken?}]}</c>.</summary>
public static class GraphJson
{
    /// <summary>Writes a graph as compact UTF-8, with the state of a running execution where one is given.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="state">How it stands; a stage that is absent has no <c>status</c>.</param>
    public static byte[] Write(PipelineGraph graph, GraphState? state = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, graph, state);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a graph as one value.</summary>
    public static void Write(Utf8JsonWriter writer, PipelineGraph graph, GraphState? state = null)
    {
        writer.WriteStartObject();
        writer.WriteString("id", graph.Id);
        writer.WriteString("name", graph.Name);
        writer.WriteStartArray("nodes");
        foreach (var node in graph.Nodes)
        {
            writer.WriteStartObject();
            writer.WriteString("id", node.Id);
            writer.WriteString("name", node.Name);
            writer.WriteString("type", node.Type);
            writer.WriteString("group", node.Group);
            if (state is not null && state.Stages.TryGetValue(node.Id, out var status)) writer.WriteString("status", status.ToWire());
            if (state?.Undos.GetValueOrDefault(node.Id) is { } undo) writer.WriteString("undo", undo);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("edges");
        foreach (var edge in graph.Edges)
        {
            writer.WriteStartObject();
            writer.WriteString("from", edge.From);
            writer.WriteString("to", edge.To);
            writer.WriteString("kind", KindOf(edge.Kind));
            writer.WriteString("label", edge.Label);
            if (state?.IsTaken(edge) is { } isTaken) writer.WriteBoolean("taken", isTaken);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string KindOf(GraphEdgeKind kind) => kind switch
    {
        GraphEdgeKind.Completion => "completion",
        GraphEdgeKind.Failure => "failure",
        GraphEdgeKind.End => "end",
        GraphEdgeKind.Branch => "branch",
        _ => "trigger",
    };
}
