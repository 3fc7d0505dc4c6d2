using System.Globalization;
using System.Text;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Graphs;

/// <summary>Writes graphs for Mermaid.</summary>
public static class MermaidWriter
{
    /// <summary>Writes a graph, with the state of a running execution where one is given.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="state">How it stands; stages that are absent or pending are drawn plain.</param>
    public static string Write(PipelineGraph graph, GraphState? state = null)
    {
        // Ids of our own: a stage may be named 'end' or 'graph', which Mermaid takes for its own words.
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = new StringBuilder("flowchart LR\n");
        foreach (var node in graph.Nodes)
        {
            var id = "s" + ids.Count.ToString(CultureInfo.InvariantCulture);
            if (!ids.TryAdd(node.Id, id)) continue;
            text.Append("    ").Append(id);
            text.Append(node.Type == GraphNode.Trigger ? "(( ))\n" : $"[\"{Escape(node.Name)}<br/>({Escape(node.Type)}){(StageLook.Of(state, node.Id)?.Word is { } word ? "<br/>" + word : "")}\"]\n");
        }

        foreach (var edge in graph.Edges)
        {
            var isNotTaken = state?.IsTaken(edge) == false;
            text.Append("    ").Append(ids[edge.From]).Append(isNotTaken ? " -.->|\"" : " -->|\"").Append(Escape(edge.Label)).Append(isNotTaken ? "<br/>not taken\"| " : "\"| ").Append(ids[edge.To]).Append('\n');
        }

        var used = new SortedDictionary<(StageStatus, string), StageLook>();
        foreach (var (stage, id) in ids)
        {
            if (StageLook.Of(state, stage) is not { } look) continue;
            used[(state!.Stages[stage], look.Name)] = look;
            text.Append("    class ").Append(id).Append(' ').Append(look.Name).Append('\n');
        }

        foreach (var look in used.Values)
        {
            text.Append("    classDef ").Append(look.Name).Append(" fill:").Append(look.Color).Append(",color:#FFFFFF\n");
        }

        return text.ToString();
    }

    /// <summary>Writes whatever could mean something to Mermaid or to the page it stands on as a character code.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n') escaped.Append("<br/>");
            else if (Rune.IsControl(rune)) escaped.Append(' ');
            else if (rune.Value >= 128 || Rune.IsLetterOrDigit(rune) || rune.Value is ' ' or '-' or '_' or '.' or ',' or '/') escaped.Append(rune);
            else escaped.Append(CultureInfo.InvariantCulture, $"#{rune.Value};");
        }

        return escaped.ToString();
    }
}
