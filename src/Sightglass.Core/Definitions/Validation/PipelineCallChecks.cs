namespace Sightglass.Core.Definitions;

/// <summary>Checks how deep pipelines call each other.</summary>
internal static class PipelineCallChecks
{
    public static void Run(Check check)
    {
        if (check.Options.FindPipeline is not { } find) return;
        for (var i = 0; i < check.Definition.Stages.Count; i++)
        {
            var stage = check.Definition.Stages[i];
            if (!IsCertain(check.Definition, stage)) continue;
            if (TooDeep(check.Definition, stage.Pipeline!.Id, find) is { } chain)
            {
                check.Error(ProblemCodes.PipelineTooDeep, Check.Stage(i) + ".pipeline.id", $"pipelines call each other deeper than {DefinitionLimits.PipelineDepth} levels: {chain}", "call the last one only under a condition");
            }
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
                foreach (var stage in pipeline?.Stages ?? [])
                {
                    if (IsCertain(pipeline!, stage)) next.TryAdd(stage.Pipeline!.Id, $"{chain} → {stage.Pipeline.Id}");
                }
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

    /// <summary>Tells whether a stage always calls its pipeline: one that calls itself under a condition may well end.</summary>
    private static bool IsCertain(PipelineDefinition pipeline, StageDefinition stage) =>
        stage.Pipeline is { Id.Length: > 0 } && stage.When is null && stage.ForEach is null && stage.Triggers is null
        && !pipeline.Stages.Any(other => other.Then == stage.Id || other.Else == stage.Id);
}
