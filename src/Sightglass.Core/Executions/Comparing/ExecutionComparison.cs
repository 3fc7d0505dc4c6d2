namespace Sightglass.Core.Executions;

/// <summary>Two executions side by side, stage by stage.</summary>
public sealed class ExecutionComparison
{
    private ExecutionComparison(ComparedExecution left, ComparedExecution right)
    {
        Left = left;
        Right = right;
        var budget = new DifferenceBudget();
        Input = JsonDifference.Find(left.Input, right.Input, budget);
        Stages = [.. Aligned(left.Stages, right.Stages).Select(pair => Compare(pair.Left, pair.Right, budget))];
        Output = JsonDifference.Find(left.Output, right.Output, budget);
        IsSame = left.Status == right.Status && JsonDifference.AreSame(left.Input, right.Input) && JsonDifference.AreSame(left.Output, right.Output) && Stages.All(stage => stage.Differs.Count == 0);
        IsCut = budget.IsSpent;
        FirstDivergence = Stages.Where(stage => stage.Differs.Count > 0).MinBy(stage => (stage.DiffersByRollbackAlone, StartOf(stage)));
    }

    /// <summary>Gets the left one.</summary>
    public ComparedExecution Left { get; }

    /// <summary>Gets the right one.</summary>
    public ComparedExecution Right { get; }

    /// <summary>Gets whether status, input, output and stages are the same.</summary>
    public bool IsSame { get; }

    /// <summary>Gets whether there are more differences than are listed.</summary>
    public bool IsCut { get; }

    /// <summary>Gets where the inputs differ.</summary>
    public IReadOnlyList<ValueDifference> Input { get; }

    /// <summary>Gets where the outputs differ.</summary>
    public IReadOnlyList<ValueDifference> Output { get; }

    /// <summary>Gets every stage of either, those of the left in their order, those of the right alone after the stage that they follow there.</summary>
    public IReadOnlyList<StageComparison> Stages { get; }

    /// <summary>Gets the stage that differs and started first, in whichever execution it started earlier; of those that never
    /// started the first by its place. What only a rollback took back later counts where nothing else differs.
    /// <see langword="null"/> where no stage differs.</summary>
    public StageComparison? FirstDivergence { get; }

    /// <summary>Compares two executions.</summary>
    public static ExecutionComparison Compare(ComparedExecution left, ComparedExecution right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new ExecutionComparison(left, right);
    }

    private static TimeSpan StartOf(StageComparison stage)
    {
        var (left, right) = (stage.Left?.StartedAfter ?? TimeSpan.MaxValue, stage.Right?.StartedAfter ?? TimeSpan.MaxValue);
        return left < right ? left : right;
    }

    private static StageComparison Compare(ComparedStage? left, ComparedStage? right, DifferenceBudget budget)
    {
        if (left is null || right is null) return new StageComparison((left ?? right)!.Key, left, right, [], []) { Differs = ["missing"] };
        var differs = new List<string>();
        if (left.Status != right.Status || left.Undo != right.Undo) differs.Add("status");
        if (!JsonDifference.AreSame(left.Input, right.Input)) differs.Add("input");
        if (!JsonDifference.AreSame(left.Output, right.Output)) differs.Add("output");
        return new StageComparison(left.Key, left, right, JsonDifference.Find(left.Input, right.Input, budget), JsonDifference.Find(left.Output, right.Output, budget)) { Differs = differs };
    }

    private static IEnumerable<(ComparedStage? Left, ComparedStage? Right)> Aligned(IReadOnlyList<ComparedStage> left, IReadOnlyList<ComparedStage> right)
    {
        var inLeft = left.Select(stage => stage.Key).ToHashSet(StringComparer.Ordinal);
        var inRight = right.ToDictionary(stage => stage.Key, StringComparer.Ordinal);
        var followers = new Dictionary<string, List<ComparedStage>>(StringComparer.Ordinal);
        var last = "";
        foreach (var stage in right)
        {
            if (inLeft.Contains(stage.Key)) last = stage.Key;
            else if (followers.TryGetValue(last, out var known)) known.Add(stage);
            else followers[last] = [stage];
        }

        foreach (var stage in followers.GetValueOrDefault("", [])) yield return (null, stage);
        foreach (var stage in left)
        {
            yield return (stage, inRight.GetValueOrDefault(stage.Key));
            foreach (var follower in followers.GetValueOrDefault(stage.Key, [])) yield return (null, follower);
        }
    }
}
