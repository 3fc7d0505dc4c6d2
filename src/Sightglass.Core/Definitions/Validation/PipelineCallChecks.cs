namespace Sightglass.Core.Definitions;

/// <summary>Checks how deep pipelines call each other.</summary>
internal static class PipelineCallChecks
{
    public static void Run(Check check)
    {
        if (check.Options.FindPipeline is not { } find) return;
        var calls = CertainCalls(check.Definition).ToHashSet();
        var known = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < check.Definition.Stages.Count; i++)
        {
            var child = check.Definition.Stages[i].Pipeline?.Id;
            if (child is null || !calls.Contains(child)) continue;
            if (!known.TryGetValue(child, out var chain)) known[child] = chain = TooDeep(check.Definition, child, find);
            if (chain is null) continue;
            check.Error(ProblemCodes.PipelineTooDeep, Check.Stage(i) + ".pipeline.id", $"pipelines call each other deeper than {DefinitionLimits.PipelineDepth} levels: {chain}", "call the last one only under a condition");
        }
    }

    /// <summary>Gives the chain of calls that exceeds the limit, or null. Each pipeline is visited once a level.</summary>
    private static string? TooDeep(PipelineDefinition root, string child, Func<string, PipelineDefinition?> find)
    {
        var level = new Dictionary<string, string>(StringComparer.Ordinal) { [child] = $"{root.Id} → {child}" };
        for (var depth = 1; depth <= DefinitionLimits.PipelineDepth && level.Count > 0; depth++)
        {
            var next = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (id, chain) in level)
            {
                var pipeline = id == root.Id ? root : find(id);
                if (pipeline is null) continue;
                foreach (var called in CertainCalls(pipeline)) next.TryAdd(called, $"{chain} → {called}");
            }

            level = next;
        }

        return level.Count == 0 ? null : Shorten(level.Values.First());
    }

    private static string Shorten(string chain)
    {
        var names = chain.Split(" → ");
        var again = Array.IndexOf(names, names[0], 1);
        return string.Join(" → ", again > 0 ? names[..(again + 1)] : names);
    }

    /// <summary>Gives the pipelines that are always called: one that calls itself under a condition may well end.</summary>
    private static IEnumerable<string> CertainCalls(PipelineDefinition pipeline)
    {
        var chosen = pipeline.Stages.SelectMany(stage => new[] { stage.Then, stage.Else }).ToHashSet(StringComparer.Ordinal);
        return pipeline.Stages
            .Where(stage => stage.Pipeline is { Id.Length: > 0 } && stage.When is null && stage.ForEach is null && stage.Triggers is null && !chosen.Contains(stage.Id))
            .Select(stage => stage.Pipeline!.Id);
    }
}
