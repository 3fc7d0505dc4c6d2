using System.Text;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Graphs;

/// <summary>Writes graphs for Graphviz.</summary>
public static class DotWriter
{
    /// <summary>Writes a graph, with the state of a running execution where one is given.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="states">Status by stage id; stages that are absent or pending are drawn plain.</param>
    public static string Write(PipelineGraph graph, IReadOnlyDictionary<string, StageStatus>? states = null)
    {
        // The form is fixed by clients that compare it, blank lines with their indentation included.
        var text = new StringBuilder("digraph pipeline {\n    rankdir=LR;\n    \n    // Stages\n");
        foreach (var node in graph.Nodes)
        {
            text.Append("    ").Append(Id(node.Id));
            text.Append(node.Type == GraphNode.Trigger
                ? " [label=\"\", shape=circle, width=0.2, style=filled];\n"
                : $" [label=\"{Escape(node.Name)}\\n({Escape(node.Type)})\", shape=box, style=rounded];\n");
        }

        text.Append("    \n    // Dependencies\n");
        foreach (var edge in graph.Edges)
        {
            text.Append("    ").Append(Id(edge.From)).Append(" -> ").Append(Id(edge.To)).Append(" [label=\"").Append(Escape(edge.Label)).Append("\"];\n");
        }

        var current = graph.Nodes.Where(node => states?.GetValueOrDefault(node.Id) is not (null or StageStatus.Pending)).ToList();
        if (current.Count > 0) text.Append("    \n    // Current state (if running)\n");
        foreach (var node in current)
        {
            var status = states![node.Id];
            var color = status == StageStatus.Running ? "green" : $"\"{StateColors.Of(status)}\"";
            var style = status == StageStatus.Skipped ? "rounded,filled,dashed" : "rounded,filled";
            text.Append("    ").Append(Id(node.Id)).Append(" [fillcolor=").Append(color).Append(", style=\"").Append(style).Append("\"];\n");
        }

        return text.Append("}\n").ToString();
    }

    private static string Id(string id)
    {
        var isWord = id.Length > 0 && !char.IsAsciiDigit(id[0]) && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
        var isKeyword = id.ToLowerInvariant() is "node" or "edge" or "graph" or "digraph" or "subgraph" or "strict";
        return isWord && !isKeyword ? id : $"\"{Escape(id)}\"";
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is '"' or '\\') escaped.Append('\\').Append(letter);
            else if (letter == '\n') escaped.Append("\\n");
            else escaped.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return escaped.ToString();
    }
}
