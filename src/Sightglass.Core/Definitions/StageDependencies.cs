namespace Sightglass.Core.Definitions;

/// <summary>Why a stage depends on another.</summary>
internal enum DependencyKind
{
    /// <summary>By <c>needs</c> or a <c>completed</c> trigger.</summary>
    Completed,

    /// <summary>By a <c>failed</c> trigger.</summary>
    Failed,

    /// <summary>By an <c>ended</c> trigger.</summary>
    Ended,

    /// <summary>An expression names it.</summary>
    Reference,

    /// <summary>It is a branch that may take the stage.</summary>
    Branch,
}

/// <summary>One dependency of a stage.</summary>
/// <param name="On">The id of the stage depended on; it need not exist.</param>
/// <param name="Kind">Why.</param>
/// <param name="Path">Where it is named, from the dependent stage on; for a branch from the branch on.</param>
/// <param name="Line">The line in the text at the path, from 1, where that is an expression.</param>
/// <param name="Column">The column in that line.</param>
internal readonly record struct StageDependency(string On, DependencyKind Kind, string Path, int Line = 0, int Column = 0);

/// <summary>Tells what each stage waits for.</summary>
internal static class StageDependencies
{
    public const string Finish = "finish";

    /// <summary>Gives, for each stage, the ids of the existing stages it depends on, each once, in the order named.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Of(PipelineDefinition pipeline)
    {
        var all = ByIndex(pipeline, [.. pipeline.Stages.Select(ParsedExpression.AllOf)]);
        var known = pipeline.Stages.Select(stage => stage.Id).ToHashSet(StringComparer.Ordinal);
        var result = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        for (var i = 0; i < all.Length; i++)
        {
            result.TryAdd(pipeline.Stages[i].Id, [.. all[i].Select(dependency => dependency.On).Where(known.Contains).Distinct(StringComparer.Ordinal)]);
        }

        return result;
    }

    /// <summary>Gives every dependency of each stage, by the stage's place in the file, unknown names included.</summary>
    public static List<StageDependency>[] ByIndex(PipelineDefinition pipeline) =>
        ByIndex(pipeline, [.. pipeline.Stages.Select(ParsedExpression.AllOf)]);

    /// <inheritdoc cref="ByIndex(PipelineDefinition)"/>
    public static List<StageDependency>[] ByIndex(PipelineDefinition pipeline, IReadOnlyList<IReadOnlyList<ParsedExpression>> expressions)
    {
        var result = new List<StageDependency>[pipeline.Stages.Count];
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < result.Length; i++)
        {
            var stage = pipeline.Stages[i];
            places.TryAdd(stage.Id, i);
            result[i] = [.. stage.Needs.Select((id, at) => new StageDependency(id, DependencyKind.Completed, $"needs[{at}]"))];
            if (stage.Triggers is not null) AddTriggers(result[i], stage.Triggers);
            foreach (var expression in expressions[i]) AddReferences(result[i], stage, expression);
        }

        foreach (var branch in pipeline.Stages)
        {
            foreach (var (target, path) in (ReadOnlySpan<(string?, string)>)[(branch.Then, "then"), (branch.Else, "else")])
            {
                if (target is null or Finish || !places.TryGetValue(target, out var at)) continue;
                result[at].Add(new StageDependency(branch.Id, DependencyKind.Branch, path));
            }
        }

        return result;
    }

    private static void AddTriggers(List<StageDependency> found, TriggerDefinition root)
    {
        var left = new Stack<(string Path, TriggerDefinition Trigger)>();
        left.Push(("triggers", root));
        while (left.TryPop(out var next))
        {
            var (path, trigger) = next;
            if (trigger.Completed is not null) found.Add(new StageDependency(trigger.Completed, DependencyKind.Completed, path + ".completed"));
            if (trigger.Failed is not null) found.Add(new StageDependency(trigger.Failed, DependencyKind.Failed, path + ".failed"));
            if (trigger.Ended is not null) found.Add(new StageDependency(trigger.Ended, DependencyKind.Ended, path + ".ended"));
            for (var i = (trigger.Any?.Count ?? 0) - 1; i >= 0; i--) left.Push(($"{path}.any[{i}]", trigger.Any![i]));
            for (var i = (trigger.All?.Count ?? 0) - 1; i >= 0; i--) left.Push(($"{path}.all[{i}]", trigger.All![i]));
        }
    }

    private static void AddReferences(List<StageDependency> found, StageDefinition stage, ParsedExpression expression)
    {
        foreach (var reference in expression.References)
        {
            if (reference.Root != "stages" || reference.Path.Count == 0) continue;

            // What undoes a stage, or decides whether it runs again, may look at what the stage itself gave.
            var isAfter = expression.Source.Path.StartsWith("undo.", StringComparison.Ordinal) || expression.Source.Path == "repeat.until";
            if (isAfter && reference.Path[0] == stage.Id) continue;
            found.Add(new StageDependency(reference.Path[0], DependencyKind.Reference, expression.Source.Path, reference.Line, reference.Column));
        }
    }
}
