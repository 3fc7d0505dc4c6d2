using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Tests.Simulation;

/// <summary>What is to become of a stage that has not been made ready.</summary>
internal enum Fate
{
    /// <summary>Stages, people, systems or the clock have yet to answer.</summary>
    Waits,

    Runs,

    Skipped,

    Fails,
}

/// <summary>
/// The rules of readiness, told a second time: from the definition and from what the log says of other stages, without a
/// look at how the decider does it. A condition is a set of possible answers, and a stage waits for as long as more than
/// one is possible.
/// </summary>
internal sealed class ReadinessOracle
{
    private readonly PipelineDefinition _pipeline;
    private readonly Dictionary<string, StageDefinition> _byId;
    private readonly Dictionary<string, List<string>> _needs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<StageDefinition>> _branches = new(StringComparer.Ordinal);
    private readonly HashSet<string> _handlers = new(StringComparer.Ordinal);

    public ReadinessOracle(PipelineDefinition pipeline)
    {
        _pipeline = pipeline;
        _byId = pipeline.Stages.ToDictionary(s => s.Id, StringComparer.Ordinal);
        var all = StageDependencies.ByIndex(pipeline);
        for (var i = 0; i < all.Length; i++)
        {
            var stage = pipeline.Stages[i];
            var inTrigger = all[i].Where(d => d.Path.StartsWith("triggers", StringComparison.Ordinal)).Select(d => d.On).ToHashSet(StringComparer.Ordinal);
            _needs[stage.Id] = [.. stage.Needs.Concat(all[i].Where(d => d.Kind == DependencyKind.Reference && !inTrigger.Contains(d.On)).Select(d => d.On)).Distinct(StringComparer.Ordinal)];
            _branches[stage.Id] = [.. pipeline.Stages.Where(b => b.Type == "branch" && (b.Then == stage.Id || b.Else == stage.Id))];
        }

        for (var before = -1; before != _handlers.Count;)
        {
            before = _handlers.Count;
            for (var i = 0; i < all.Length; i++)
            {
                if (all[i].Any(d => d.Kind is DependencyKind.Failed or DependencyKind.Ended || _handlers.Contains(d.On))) _handlers.Add(pipeline.Stages[i].Id);
            }
        }
    }

    public bool IsHandler(string id) => _handlers.Contains(id);

    public StageDefinition Definition(string id) => _byId[id];

    /// <summary>Judges a stage.</summary>
    /// <param name="id">The stage.</param>
    /// <param name="ended">Status of each stage that has ended in this turn, and what a branch took.</param>
    /// <param name="known">The stage's own: answers to the leaves of its trigger, by number, and what did not hold in time.</param>
    public Fate Judge(string id, Func<string, (StageStatus Status, string? Taken)?> ended, StageModel known)
    {
        var stage = _byId[id];
        var parts = new List<Truth>();
        foreach (var need in _needs[id]) parts.Add(CompletedTruth(ended(need)?.Status));
        if (_branches[id].Count > 0) parts.Add(BranchTruth(id, ended));
        if (stage.Triggers is not null) parts.Add(new TriggerReading(stage.Triggers, ended, known).Truth);
        if (parts.Exists(p => p == Truth.No)) return Fate.Skipped;
        if (parts.Exists(p => p == Truth.Refused)) return Fate.Fails;

        // Where stages have ended and all of them were skipped, nobody outside can change it.
        var all = All(parts);
        return all switch
        {
            Truth.Open or Truth.OpenOutside => Fate.Waits,
            Truth.Neutral => Fate.Skipped,
            _ => Fate.Runs,
        };
    }

    /// <summary>Gives the numbers of what nobody needs to answer any more, since what it stands in has come to a result.</summary>
    public HashSet<int> Unneeded(string id, Func<string, (StageStatus Status, string? Taken)?> ended, StageModel known) =>
        _byId[id].Triggers is { } trigger ? new TriggerReading(trigger, ended, known).Unneeded : [];

    /// <summary>Finds a node of a stage's trigger by its number.</summary>
    public static TriggerDefinition NodeOf(StageDefinition stage, int number)
    {
        var leaves = new List<TriggerDefinition>();
        var groups = new List<TriggerDefinition>();
        Walk(stage.Triggers!);
        return number < leaves.Count ? leaves[number] : groups[number - leaves.Count - 1];

        void Walk(TriggerDefinition t)
        {
            if ((t.All ?? t.Any) is not { } children)
            {
                leaves.Add(t);
                return;
            }

            groups.Add(t);
            foreach (var child in children) Walk(child);
        }
    }

    /// <summary>Tells what a <c>when</c> gives once the stage is ready; null where it is no truth value.</summary>
    public bool? When(string id, Func<string, (StageStatus Status, string? Taken)?> ended) =>
        _byId[id] is { Type: not "branch", When: { } when } ? Condition(when, ended) : true;

    private static bool? Condition(string text, Func<string, (StageStatus Status, string? Taken)?> ended) => text switch
    {
        "true" => true,
        "false" => false,
        "1" => null,
        _ => ended(StageIn(text))?.Status == StageStatus.Completed,
    };

    private static string StageIn(string condition) => condition.Split('.')[1];

    private static Truth CompletedTruth(StageStatus? status) => status switch
    {
        null => Truth.Open,
        StageStatus.Completed => Truth.Yes,
        StageStatus.Skipped => Truth.Neutral,
        _ => Truth.No,
    };

    private Truth BranchTruth(string id, Func<string, (StageStatus Status, string? Taken)?> ended)
    {
        var all = _branches[id].ConvertAll(b => ended(b.Id));
        if (all.Exists(b => b is { Status: StageStatus.Completed } x && x.Taken == id)) return Truth.Yes;
        return all.Exists(b => b is null) ? Truth.Open : Truth.No;
    }

    private static Truth All(List<Truth> parts)
    {
        if (parts.Contains(Truth.No)) return Truth.No;
        if (parts.Contains(Truth.Refused)) return Truth.Refused;
        if (parts.Contains(Truth.Open)) return Truth.Open;
        if (parts.Contains(Truth.Neutral) && !parts.Contains(Truth.Yes)) return Truth.Neutral;
        if (parts.Contains(Truth.OpenOutside)) return Truth.OpenOutside;
        return parts.Contains(Truth.Yes) ? Truth.Yes : Truth.YesOutside;
    }

    private static Truth Any(List<Truth> parts)
    {
        foreach (var truth in (ReadOnlySpan<Truth>)[Truth.Yes, Truth.YesOutside, Truth.Refused, Truth.Open, Truth.OpenOutside, Truth.Neutral])
        {
            if (parts.Contains(truth)) return truth;
        }

        return Truth.No;
    }

    private enum Truth
    {
        Open,
        OpenOutside,
        Yes,
        YesOutside,
        Neutral,
        No,
        Refused,
    }

    /// <summary>One reading of a trigger from top to bottom.</summary>
    private sealed class TriggerReading
    {
        private readonly Func<string, (StageStatus Status, string? Taken)?> _ended;
        private readonly StageModel _known;
        private readonly int _firstGroup;
        private int _leaf;
        private int _group;

        public TriggerReading(TriggerDefinition trigger, Func<string, (StageStatus Status, string? Taken)?> ended, StageModel known)
        {
            (_ended, _known) = (ended, known);
            _firstGroup = Leaves(trigger) + 1;
            Truth = Read(trigger, []);
        }

        public Truth Truth { get; }

        public HashSet<int> Unneeded { get; } = [];

        private static int Leaves(TriggerDefinition t) => (t.All ?? t.Any) is { } children ? children.Sum(Leaves) : 1;

        private Truth Read(TriggerDefinition t, List<int> within)
        {
            var own = new List<int>();
            var number = (t.All ?? t.Any) is null ? _leaf++ : _firstGroup + _group++;
            var truth = (t.All ?? t.Any) is { } children ? Group(t.All is not null, children, own) : Leaf(t, number);
            if (_known.TimedOut.TryGetValue(number, out var action))
                truth = action switch { TriggerTimeout.Proceed => Truth.YesOutside, TriggerTimeout.Skip => Truth.No, _ => Truth.Refused };
            if (truth is Truth.Yes or Truth.YesOutside or Truth.No or Truth.Refused) Unneeded.UnionWith(own.Append(number));
            within.AddRange(own);
            within.Add(number);
            return truth;
        }

        private Truth Group(bool isAll, IReadOnlyList<TriggerDefinition> children, List<int> own)
        {
            var parts = new List<Truth>();
            foreach (var child in children) parts.Add(Read(child, own));
            return isAll ? All(parts) : Any(parts);
        }

        private Truth Leaf(TriggerDefinition t, int number)
        {
            bool? answer = _known.Answers.TryGetValue(number, out var given) ? given : null;
            if (t.Completed is not null) return CompletedTruth(_ended(t.Completed)?.Status);
            if (t.Failed is not null) return _ended(t.Failed)?.Status switch { null => Truth.Open, StageStatus.Failed => Truth.Yes, _ => Truth.No };
            if (t.Ended is not null) return _ended(t.Ended) is null ? Truth.Open : Truth.Yes;
            if (t.Approval is not null) return answer switch { null => Truth.OpenOutside, true => Truth.YesOutside, false => Truth.Refused };
            if (t.When is null) return answer == true ? Truth.YesOutside : Truth.OpenOutside;
            if (t.When.Contains("stages.", StringComparison.Ordinal) && _ended(StageIn(t.When)) is null) return Truth.Open;
            return Condition(t.When, _ended) == true ? Truth.YesOutside : Truth.No;
        }
    }
}
