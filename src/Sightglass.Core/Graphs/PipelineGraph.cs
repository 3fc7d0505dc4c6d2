using Sightglass.Core.Definitions;

namespace Sightglass.Core.Graphs;

/// <summary>The stages of a pipeline and what leads from one to another: what is drawn.</summary>
/// <param name="Id">The pipeline's id.</param>
/// <param name="Name">The pipeline's name.</param>
/// <param name="Nodes">The stages in the order of the file, then the sources that stand for outside triggers.</param>
/// <param name="Edges">What leads to what, by the stage it leads to.</param>
public sealed record PipelineGraph(string Id, string Name, IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges)
{
    /// <summary>Builds the graph; what a definition names and does not have is left out, so that a broken one can be drawn too.</summary>
    public static PipelineGraph Build(PipelineDefinition definition) => new GraphBuilder(definition).Build();
}

/// <summary>A stage, or the source of a trigger from outside.</summary>
/// <param name="Id">The stage's id, or <c>trigger:ID</c>.</param>
/// <param name="Name">The name shown.</param>
/// <param name="Type">The stage's type, or <c>trigger</c>.</param>
/// <param name="Group">Equal for stages that depend on the same stages and so may run side by side: their ids, joined by commas.</param>
public sealed record GraphNode(string Id, string Name, string Type, string Group)
{
    /// <summary>The type of nodes that are no stages.</summary>
    public const string Trigger = "trigger";
}

/// <summary>Something that leads from one node to another.</summary>
/// <param name="From">The id of the node it leaves.</param>
/// <param name="To">The id of the stage it leads to.</param>
/// <param name="Kind">What it waits for.</param>
/// <param name="Label">The words on it, lines parted by <c>\n</c>.</param>
public sealed record GraphEdge(string From, string To, GraphEdgeKind Kind, string Label);

/// <summary>What an edge waits for.</summary>
public enum GraphEdgeKind
{
    /// <summary>That the stage completed.</summary>
    Completion,

    /// <summary>That the stage failed.</summary>
    Failure,

    /// <summary>That the stage ended, however.</summary>
    End,

    /// <summary>That a branch took this way.</summary>
    Branch,

    /// <summary>Something from outside: an event, an approval, a time.</summary>
    Trigger,
}
