using System.Text;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Graphs;

/// <summary>Writes graphs for Graphviz.</summary>
public static class DotWriter
{
    private const string NotTaken = "#718096";

    /// <summary>Writes a graph, with the state of a running execution where one is given.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="state">How it stands; stages that are absent or pending are drawn plain.</param>
    public static string Write(PipelineGraph graph, GraphState? state = null)
    {
        // The form is fixed by clients that compare it, blank lines with their indentation included.
        var text = new StringBuilder("digraph pipeline {\n    rankdir=LR;\n    \n    // Stages\n");
        foreach (var node in graph.Nodes)
        {
            text.Append("    ").Append(Id(node.Id));
            text.Append(node.Type == GraphNode.Trigger
                ? " [label=\"\", shape=circle, width=0.2, style=filled];\n"
                : $" [label=\"{Label(node)}\", shape=box, style=rounded];\n");
        }

        text.Append("    \n    // Dependencies\n");
        foreach (var edge in graph.Edges)
        {
            text.Append("    ").Append(Id(edge.From)).Append(" -> ").Append(Id(edge.To)).Append(" [label=\"").Append(Escape(edge.Label));
            text.Append(state?.IsTaken(edge) == false ? $"\\nnot taken\", style=dashed, color=\"{NotTaken}\", fontcolor=\"{NotTaken}\"];\n" : "\"];\n");
        }

        var current = graph.Nodes.Select(node => (Node: node, Look: StageLook.Of(state, node.Id))).Where(drawn => drawn.Look is not null).ToList();
        if (current.Count > 0) text.Append("    \n    // Current state (if running)\n");
        foreach (var (node, look) in current)
        {
            var status = state!.Stages[node.Id];
            var color = status == StageStatus.Running ? "green" : $"\"{look!.Color}\"";
            var style = status == StageStatus.Skipped ? "rounded,filled,dashed" : "rounded,filled";
            text.Append("    ").Append(Id(node.Id)).Append(" [fillcolor=").Append(color).Append(", style=\"").Append(style).Append('"');
            if (look!.Word is not null) text.Append(", label=\"").Append(Label(node)).Append("\\n").Append(look.Word).Append('"');
            text.Append("];\n");
        }

        return text.Append("}\n").ToString();
    }

    private static string Label(GraphNode node) => $"{Escape(node.Name)}\\n({Escape(node.Type)})";

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
