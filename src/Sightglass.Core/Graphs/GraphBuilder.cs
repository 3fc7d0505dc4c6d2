using Sightglass.Core.Definitions;

namespace Sightglass.Core.Graphs;

/// <summary>Turns dependencies and triggers into edges.</summary>
internal sealed class GraphBuilder(PipelineDefinition definition)
{
    private const int LongestCondition = 60;

    private readonly List<GraphNode> _nodes = [];
    private readonly List<GraphEdge> _edges = [];

    public PipelineGraph Build()
    {
        var dependencies = StageDependencies.ByIndex(definition);
        var stages = new Dictionary<string, StageDefinition>(StringComparer.Ordinal);
        foreach (var stage in definition.Stages) stages.TryAdd(stage.Id, stage);
        var sources = new List<GraphNode>();
        for (var i = 0; i < definition.Stages.Count; i++)
        {
            var stage = definition.Stages[i];
            var parents = dependencies[i].Where(dependency => stages.ContainsKey(dependency.On)).GroupBy(dependency => dependency.On, StringComparer.Ordinal).ToList();
            _nodes.Add(new GraphNode(stage.Id, stage.DisplayName, stage.Type, string.Join(',', parents.Select(parent => parent.Key).Order(StringComparer.Ordinal))));
            var gate = GateOf(stage);
            foreach (var parent in parents) AddEdge(stages[parent.Key], stage, [.. parent.Select(dependency => dependency.Kind)], gate);

            // Without a stage to come from an event still has to be seen.
            if (parents.Count > 0 || gate.Text is null || stage.Triggers is null) continue;
            var source = new GraphNode("trigger:" + stage.Id, "", GraphNode.Trigger, "");
            sources.Add(source);
            _edges.Add(new GraphEdge(source.Id, stage.Id, GraphEdgeKind.Trigger, gate.Text));
        }

        _nodes.AddRange(sources);
        return new PipelineGraph(definition.Id, definition.DisplayName, _nodes, _edges);
    }

    private void AddEdge(StageDefinition parent, StageDefinition stage, HashSet<DependencyKind> kinds, Gate gate)
    {
        if (kinds.Contains(DependencyKind.Branch))
        {
            var isThen = parent.Then == stage.Id;
            var label = isThen && parent.Else == stage.Id ? "on completion" : isThen ? "when " + Short(parent.When) : "otherwise";
            Add(GraphEdgeKind.Branch, label, keepsLabel: true);
            return;
        }

        if (kinds.Contains(DependencyKind.Failed)) Add(GraphEdgeKind.Failure, "on failure", keepsLabel: true);
        if (kinds.Contains(DependencyKind.Ended)) Add(GraphEdgeKind.End, "on end", keepsLabel: true);

        // To name a stage in an expression is to need it, unless a trigger says otherwise.
        var isOnlyNamed = kinds.Count == 1 && kinds.Contains(DependencyKind.Reference);
        if (isOnlyNamed || kinds.Contains(DependencyKind.Completed)) Add(GraphEdgeKind.Completion, "on completion", keepsLabel: false);

        void Add(GraphEdgeKind kind, string label, bool keepsLabel)
        {
            var text = gate.Text is null ? label
                : gate.IsAlternative ? $"{label}\nor {gate.Text}"
                : keepsLabel ? $"{label}\n{gate.Text}"
                : gate.Text;
            _edges.Add(new GraphEdge(parent.Id, stage.Id, kind, text));
        }
    }

    /// <summary>What else a stage waits for, as the words on its edges.</summary>
    private static Gate GateOf(StageDefinition stage)
    {
        var gate = stage.Triggers is null ? default : Describe(stage.Triggers, 0);
        if (stage.When is null || stage.Type == "branch") return gate;
        var condition = "when " + Short(stage.When);
        return gate.Text is null ? new Gate(condition, false) : gate with { Text = $"{gate.Text}\n{condition}" };
    }

    private static Gate Describe(TriggerDefinition trigger, int depth)
    {
        // A definition built in C# may nest without end; what is drawn need not.
        if (depth > 16) return default;
        if (trigger.Event is not null) return new Gate("on event\n" + Short(trigger.Event), false);
        if (trigger.Approval is not null) return new Gate("approval", false);
        if (trigger.Timer is { } timer) return new Gate("after " + timer, false);
        if (trigger.When is not null) return new Gate("when " + Short(trigger.When), false);
        if (trigger.All is not null)
        {
            var parts = trigger.All.Select(part => Describe(part, depth + 1)).Where(part => part.Text is not null).ToList();
            return parts.Count == 0 ? default : new Gate(string.Join('\n', parts.Select(part => part.Text)), parts.TrueForAll(part => part.IsAlternative));
        }

        if (trigger.Any is null) return default;
        var choices = trigger.Any.Select(part => Describe(part, depth + 1)).ToList();
        var named = choices.Where(part => part.Text is not null).Select(part => part.Text).ToList();
        return named.Count == 0 ? default : new Gate(string.Join("\nor ", named), named.Count < choices.Count);
    }

    private static string Short(string? text)
    {
        var line = (text ?? "").ReplaceLineEndings(" ").Trim();
        if (line.Length <= LongestCondition) return line;
        var end = char.IsHighSurrogate(line[LongestCondition - 2]) ? LongestCondition - 2 : LongestCondition - 1;
        return line[..end] + "…";
    }

    /// <param name="Text">The words; null for nothing.</param>
    /// <param name="IsAlternative">Whether it may hold instead of the stage's dependency and not with it.</param>
    private readonly record struct Gate(string? Text, bool IsAlternative);
}
