using System.Security.Cryptography;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions.Plans;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>A pipeline that another program runs: what the log needs of its definition. The stage types may be any.</summary>
internal sealed class MonitoredPlan
{
    private readonly Dictionary<string, StageDefinition> _stages;
    private readonly HashSet<string> _handlers = new(StringComparer.Ordinal);

    private MonitoredPlan(PipelineDefinition definition, byte[] json)
    {
        // A copy: what the caller holds can change.
        Definition = DefinitionJson.Read(json);
        Json = json;
        Hash = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(json));
        Graph = PlanJson.Write(definition);
        Edges = PlanEdges.Read(Graph.Span);
        _stages = Definition.Stages.ToDictionary(s => s.Id, StringComparer.Ordinal);
        FindHandlers();
        Sinks = [.. Definition.Stages.Select(s => s.Id).Where(id => Edges.From(id).Count == 0)];
    }

    public PipelineDefinition Definition { get; }

    public byte[] Json { get; }

    public string Hash { get; }

    /// <summary>Gets the planned graph as <c>execution.created</c> carries it.</summary>
    public ReadOnlyMemory<byte> Graph { get; }

    public PlanEdges Edges { get; }

    /// <summary>Gets the stages that nothing depends on; their outputs are the run's.</summary>
    public IReadOnlyList<string> Sinks { get; }

    /// <exception cref="MonitorException">The definition cannot be drawn: no id, no stages, too many, or two of one id.</exception>
    public static MonitoredPlan Make(PipelineDefinition definition)
    {
        var problem = Check(definition);
        if (problem is not null) throw new MonitorException("definition_unusable", problem);
        return new MonitoredPlan(definition, DefinitionJson.Write(definition));
    }

    /// <summary>Tells whether a stage may run although another has failed, because that is what it waits for.</summary>
    public bool IsHandler(string stage) => _handlers.Contains(stage);

    /// <summary>Gives the number of the trigger's leaf that an evaluation is about; one behind the last where the definition
    /// has none of that kind.</summary>
    public int LeafOf(string stage, TriggerKind kind)
    {
        var next = 0;
        var found = _stages[stage].Triggers is { } triggers ? Find(triggers, kind, ref next, 0) : null;
        return found ?? next + (int)kind;
    }

    private static string? Check(PipelineDefinition definition)
    {
        if (definition.Id.Length is 0 or > DefinitionLimits.IdLength) return $"The pipeline needs an id of 1 to {DefinitionLimits.IdLength} characters.";
        if (definition.Stages.Count is 0 or > DefinitionLimits.Stages) return $"The pipeline '{definition.Id}' has {definition.Stages.Count} stages; it may have 1 to {DefinitionLimits.Stages}.";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stage in definition.Stages)
        {
            if (stage.Id.Length is 0 or > DefinitionLimits.IdLength) return $"A stage of '{definition.Id}' has an id of {stage.Id.Length} characters; give it 1 to {DefinitionLimits.IdLength}.";
            if (!seen.Add(stage.Id)) return $"The pipeline '{definition.Id}' has two stages '{stage.Id}'; give one another id.";
        }

        return null;
    }

    private void FindHandlers()
    {
        var open = new Queue<string>(Definition.Stages.SelectMany(s => Edges.From(s.Id)).Where(e => e.Kind is "failed" or "ended").Select(e => e.To));
        while (open.TryDequeue(out var id))
        {
            if (!_handlers.Add(id)) continue;
            foreach (var (to, _) in Edges.From(id)) open.Enqueue(to);
        }
    }

    private static int? Find(TriggerDefinition trigger, TriggerKind kind, ref int next, int depth)
    {
        if (depth > DefinitionLimits.Depth) return null;
        if ((trigger.All ?? trigger.Any) is { } parts)
        {
            foreach (var part in parts)
            {
                if (Find(part, kind, ref next, depth + 1) is { } number) return number;
            }

            return null;
        }

        var fits = kind switch
        {
            TriggerKind.Event => trigger.Event is not null,
            TriggerKind.Approval => trigger.Approval is not null,
            TriggerKind.Condition => trigger.When is not null,
            _ => trigger.Timer is not null,
        };
        if (fits) return next;
        next++;
        return null;
    }
}
