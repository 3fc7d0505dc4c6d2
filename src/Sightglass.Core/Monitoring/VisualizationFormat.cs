namespace Sightglass.Core.Monitoring;

/// <summary>How a pipeline is drawn.</summary>
public enum VisualizationFormat
{
    /// <summary>For Graphviz: <c>dot -Tpng</c>.</summary>
    Dot,

    /// <summary>Nodes and edges as JSON.</summary>
    Json,

    /// <summary>For Mermaid, as Markdown viewers draw it.</summary>
    Mermaid,
}
