using Sightglass.Core.Definitions;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>A stage, compiled: what the decider needs and nothing that changes.</summary>
internal sealed class StagePlan
{
    public required int Index { get; init; }

    public required StageDefinition Definition { get; init; }

    public string Id => Definition.Id;

    public string Type => Definition.Type;

    /// <summary>Gets the stages that must have ended, none failed, beside what the trigger says.</summary>
    public required IReadOnlyList<int> Needs { get; init; }

    /// <summary>Gets the trigger, where there is one.</summary>
    public TriggerPlan? Trigger { get; init; }

    /// <summary>Gets the leaves of the trigger by their number.</summary>
    public IReadOnlyList<TriggerLeaf> Leaves => Trigger?.Leaves ?? [];

    /// <summary>Gets the number under which facts about a <c>wait</c> stage's own event or approval are recorded: the one
    /// after the trigger's leaves.</summary>
    public int OwnLeaf => Leaves.Count;

    /// <summary>Gets the branches that name this stage: it runs if one of them takes it.</summary>
    public required IReadOnlyList<int> Branches { get; init; }

    /// <summary>Gets every stage that this one's readiness depends on.</summary>
    public List<int> DependsOn { get; } = [];

    /// <summary>Gets the stages whose readiness depends on this one.</summary>
    public List<int> Dependents { get; } = [];

    /// <summary>Gets the stages that have this one among their <see cref="Needs"/>.</summary>
    public List<int> NeededBy { get; } = [];

    /// <summary>Gets the conditions of triggers that this stage's end is told to, by the stage that has them.</summary>
    public List<(int Stage, int Leaf)> WatchedBy { get; } = [];

    /// <summary>Gets whether it is there for failures: it, or something it needs, waits for one or for an end.</summary>
    public bool HandlesFailure { get; set; }

    /// <summary>Gets whether it runs without a worker's slot.</summary>
    public bool IsSlotless => Type is "wait" or "pipeline";

    public CelExpression? When { get; init; }

    public CelExpression? Until { get; init; }

    public BodyTemplate? ForEach { get; init; }

    public required BodyTemplate Body { get; init; }

    public BodyTemplate? Undo { get; init; }

    public string UndoType { get; init; } = "";

    public required RetryDefinition Retry { get; init; }

    public TimeSpan? Timeout { get; init; }

    public StagePriority? Priority { get; init; }

    /// <summary>Gets the condition of a <c>wait</c> for an event.</summary>
    public CelExpression? WaitWhere { get; init; }
}

/// <summary>A definition, compiled for execution.</summary>
internal sealed class PipelinePlan
{
    private PlanEdges? _edges;
    private Payload? _graph;

    public required PipelineDefinition Definition { get; init; }

    public required IReadOnlyList<StagePlan> Stages { get; init; }

    public required IReadOnlyDictionary<string, int> Index { get; init; }

    /// <summary>Gets the stages that nothing depends on; their outputs are the execution's.</summary>
    public required IReadOnlyList<int> Sinks { get; init; }

    /// <summary>Gets who waits for custom events, by the event's type and in the order of the plan: the condition of a trigger,
    /// or -1 for a <c>wait</c> stage itself.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<(int Stage, int Leaf)>> Listeners { get; init; }

    /// <summary>Gets the names of inputs that are kept out of the log.</summary>
    public required IReadOnlySet<string> SecretInputs { get; init; }

    /// <summary>Gets what depends on what. Made when it is first asked for; twice does no harm.</summary>
    public PlanEdges Edges => _edges ??= PlanEdges.Read(Graph.Json.Span);

    /// <summary>Gets the planned graph as <c>execution.created</c> carries it, bytes included; hashed where it is too large for the
    /// event. Made once: every execution of the plan has the same.</summary>
    public Payload Graph => _graph ??= MakeGraph();

    public StagePlan Find(string id) => Stages[Index[id]];

    private Payload MakeGraph()
    {
        var graph = Payload.FromJson(PlanJson.Write(this));
        return graph.Bytes > ExecutionLimits.MaxInlineBytes ? graph.Spill() : graph;
    }
}
