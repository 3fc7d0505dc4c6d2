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
    /// <param name="answers">Answers to the leaves of its trigger, by number: an event that came, an approval, a timer.</param>
    public Fate Judge(string id, Func<string, (StageStatus Status, string? Taken)?> ended, IReadOnlyDictionary<int, bool> answers)
    {
        var stage = _byId[id];
        var parts = new List<Truth>();
        foreach (var need in _needs[id]) parts.Add(CompletedTruth(ended(need)?.Status));
        if (_branches[id].Count > 0) parts.Add(BranchTruth(id, ended));
        var leaf = 0;
        if (stage.Triggers is not null) parts.Add(TriggerTruth(stage.Triggers, ended, answers, ref leaf));
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

    private static Truth TriggerTruth(TriggerDefinition t, Func<string, (StageStatus Status, string? Taken)?> ended, IReadOnlyDictionary<int, bool> answers, ref int leaf)
    {
        if ((t.All ?? t.Any) is { } children)
        {
            var parts = new List<Truth>();
            foreach (var child in children) parts.Add(TriggerTruth(child, ended, answers, ref leaf));
            return t.All is not null ? All(parts) : Any(parts);
        }

        var number = leaf++;
        bool? answer = answers.TryGetValue(number, out var given) ? given : null;
        if (t.Completed is not null) return CompletedTruth(ended(t.Completed)?.Status);
        if (t.Failed is not null) return ended(t.Failed)?.Status switch { null => Truth.Open, StageStatus.Failed => Truth.Yes, _ => Truth.No };
        if (t.Ended is not null) return ended(t.Ended) is null ? Truth.Open : Truth.Yes;
        if (t.Approval is not null) return answer switch { null => Truth.OpenOutside, true => Truth.YesOutside, false => Truth.Refused };
        if (t.When is not null)
        {
            if (t.When.Contains("stages.", StringComparison.Ordinal) && ended(StageIn(t.When)) is null) return Truth.Open;
            return Condition(t.When, ended) == true ? Truth.YesOutside : Truth.No;
        }

        return answer == true ? Truth.YesOutside : Truth.OpenOutside;
    }

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
}
