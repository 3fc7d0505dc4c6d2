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
        }

        MarkHandlers(stages);
        return new PipelinePlan
        {
            Definition = definition,
            Stages = stages,
            Index = index,
            Sinks = [.. stages.Where(s => s.Dependents.Count == 0).Select(s => s.Index)],
            SecretInputs = definition.Inputs.Where(i => i.Value.Secret).Select(i => i.Key).ToHashSet(StringComparer.Ordinal),
        };
    }

    private static StagePlan CompileStage(PipelineDefinition pipeline, int i, Dictionary<string, int> index, Dictionary<int, List<int>> branches)
    {
        var stage = pipeline.Stages[i];
        var body = new BodyCompiler();
        var leaves = new List<TriggerLeaf>();
        var trigger = stage.Triggers is null ? null : CompileTrigger(stage.Triggers, leaves, body);
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
            Leaves = leaves,
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

    private static TriggerNode CompileTrigger(TriggerDefinition trigger, List<TriggerLeaf> leaves, BodyCompiler body)
    {
        if (trigger.All is { } all) return new AllNode([.. all.Select(t => CompileTrigger(t, leaves, body))]);
        if (trigger.Any is { } any) return new AnyNode([.. any.Select(t => CompileTrigger(t, leaves, body))]);
        var number = leaves.Count;
        TriggerLeaf leaf;
        if (trigger.Completed is not null) leaf = new TriggerLeaf(number, TriggerLeafKind.Completed) { Stage = trigger.Completed };
        else if (trigger.Failed is not null) leaf = new TriggerLeaf(number, TriggerLeafKind.Failed) { Stage = trigger.Failed };
        else if (trigger.Ended is not null) leaf = new TriggerLeaf(number, TriggerLeafKind.Ended) { Stage = trigger.Ended };
        else if (trigger.Event is not null)
            leaf = new TriggerLeaf(number, TriggerLeafKind.Event) { EventType = trigger.Event, Condition = trigger.Where is null ? null : body.Expression(trigger.Where) };
        else if (trigger.Approval is not null)
            leaf = new TriggerLeaf(number, TriggerLeafKind.Approval) { Approval = trigger.Approval, Message = trigger.Approval.Message is null ? null : body.Template(trigger.Approval.Message) };
        else if (trigger.When is not null)
        {
            var own = new BodyCompiler();
            leaf = new TriggerLeaf(number, TriggerLeafKind.Condition) { Condition = own.Expression(trigger.When), ConditionStages = [.. own.Stages] };
        }
        else leaf = new TriggerLeaf(number, TriggerLeafKind.Timer) { Delay = trigger.Timer?.Value ?? TimeSpan.Zero };
        leaves.Add(leaf);
        return leaf;
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
