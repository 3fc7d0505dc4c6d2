using Sightglass.Core.Definitions;

namespace Sightglass.Core.Executions.Plans;

/// <summary>Compiles a valid definition. What validation refuses is a bug here and throws.</summary>
internal static class PlanCompiler
{
    public static PipelinePlan Compile(PipelineDefinition definition)
    {
        var index = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < definition.Stages.Count; i++) index[definition.Stages[i].Id] = i;

        var branches = BranchesByTarget(definition, index);
        var stages = new StagePlan[definition.Stages.Count];
        for (var i = 0; i < stages.Length; i++) stages[i] = CompileStage(definition, i, index, branches);
        foreach (var stage in stages)
        {
            stage.DependsOn.AddRange(Dependencies(stage, index).Order());
            foreach (var from in stage.DependsOn) stages[from].Dependents.Add(stage.Index);
            foreach (var from in stage.Needs) stages[from].NeededBy.Add(stage.Index);
            foreach (var (from, leaf) in Watched(stage, index)) stages[from].WatchedBy.Add((stage.Index, leaf));
        }

        MarkHandlers(stages);
        return new PipelinePlan
        {
            Definition = definition,
            Stages = stages,
            Index = index,
            Sinks = [.. stages.Where(s => s.Dependents.Count == 0).Select(s => s.Index)],
            Listeners = Listeners(stages),
            SecretInputs = definition.Inputs.Where(i => i.Value.Secret).Select(i => i.Key).ToHashSet(StringComparer.Ordinal),
        };
    }

    private static StagePlan CompileStage(PipelineDefinition pipeline, int i, Dictionary<string, int> index, Dictionary<int, List<int>> branches)
    {
        var stage = pipeline.Stages[i];
        var body = new BodyCompiler();
        var trigger = stage.Triggers is null ? null : new TriggerCompiler(body).Compile(stage.Triggers);
        var leaves = trigger?.Leaves ?? [];
        var plan = new
        {
            Body = body.Stage(stage),
            Undo = stage.Undo is null ? null : body.Undo(stage.Undo),
            ForEach = stage.ForEach is { } items ? body.Value(items, keepsTypes: true) : null,
            When = stage.When is null || stage.Type == "branch" ? null : body.Expression(stage.When),
            Until = stage.Repeat is null ? null : body.Expression(stage.Repeat.Until),
            Where = stage.Wait?.Where is null ? null : body.Expression(stage.Wait.Where),
        };
        var named = leaves.Where(l => l.Stage is not null).Select(l => l.Stage!).Concat(leaves.SelectMany(l => l.ConditionStages)).ToHashSet(StringComparer.Ordinal);
        var needs = stage.Needs.Concat(body.Stages.Where(s => s != stage.Id && !named.Contains(s)))
            .Where(index.ContainsKey).Select(id => index[id]).Distinct().ToList();
        return new StagePlan
        {
            Index = i,
            Definition = stage,
            Needs = needs,
            Trigger = trigger,
            Branches = branches.TryGetValue(i, out var from) ? from : [],
            When = plan.When,
            Until = plan.Until,
            ForEach = plan.ForEach,
            Body = plan.Body,
            Undo = plan.Undo,
            UndoType = stage.Undo switch { null => "", { Shell: not null } => "shell", { Http: not null } => "http", _ => "code" },
            Retry = stage.Retry ?? pipeline.Defaults?.Retry ?? new RetryDefinition(),

            // The default bounds work; a stage whose work is to wait has its own end.
            Timeout = (stage.Timeout ?? (stage.Type == "wait" ? null : pipeline.Defaults?.Timeout))?.Value,
            Priority = stage.Priority,
            WaitWhere = plan.Where,
        };
    }

    private static Dictionary<int, List<int>> BranchesByTarget(PipelineDefinition definition, Dictionary<string, int> index)
    {
        var result = new Dictionary<int, List<int>>();
        for (var i = 0; i < definition.Stages.Count; i++)
        {
            var stage = definition.Stages[i];
            if (stage.Type != "branch") continue;
            foreach (var target in new[] { stage.Then, stage.Else }.Distinct())
            {
                if (target is null || !index.TryGetValue(target, out var to)) continue;
                if (!result.TryGetValue(to, out var list)) result[to] = list = [];
                list.Add(i);
            }
        }

        return result;
    }

    private static HashSet<int> Dependencies(StagePlan stage, Dictionary<string, int> index)
    {
        var from = new HashSet<int>(stage.Needs);
        from.UnionWith(stage.Branches);
        foreach (var leaf in stage.Leaves)
        {
            if (leaf.Stage is not null && index.TryGetValue(leaf.Stage, out var named)) from.Add(named);
            foreach (var id in leaf.ConditionStages)
            {
                if (index.TryGetValue(id, out var read)) from.Add(read);
            }
        }

        from.Remove(stage.Index);
        return from;
    }

    /// <summary>Gives each stage whose end a condition waits for, once a condition.</summary>
    private static IEnumerable<(int From, int Leaf)> Watched(StagePlan stage, Dictionary<string, int> index)
    {
        foreach (var leaf in stage.Leaves)
        {
            foreach (var id in leaf.Stage is null ? leaf.ConditionStages : [leaf.Stage])
            {
                if (index.TryGetValue(id, out var from)) yield return (from, leaf.Number);
            }
        }
    }

    private static Dictionary<string, IReadOnlyList<(int Stage, int Leaf)>> Listeners(StagePlan[] stages)
    {
        var found = new Dictionary<string, List<(int, int)>>(StringComparer.Ordinal);
        foreach (var stage in stages)
        {
            if (stage.Type == "wait" && stage.Definition.Wait!.Event is { } own) Add(own, stage.Index, -1);
            foreach (var leaf in stage.Leaves)
            {
                if (leaf.EventType is { } type) Add(type, stage.Index, leaf.Number);
            }
        }

        return found.ToDictionary(f => f.Key, f => (IReadOnlyList<(int, int)>)f.Value, StringComparer.Ordinal);

        void Add(string type, int stage, int leaf)
        {
            if (!found.TryGetValue(type, out var list)) found[type] = list = [];
            list.Add((stage, leaf));
        }
    }

    private static void MarkHandlers(StagePlan[] stages)
    {
        var open = new Queue<StagePlan>(stages.Where(s => s.Leaves.Any(l => l.Kind is TriggerLeafKind.Failed or TriggerLeafKind.Ended)));
        while (open.TryDequeue(out var stage))
        {
            if (stage.HandlesFailure) continue;
            stage.HandlesFailure = true;
            foreach (var dependent in stage.Dependents) open.Enqueue(stages[dependent]);
        }
    }
}
