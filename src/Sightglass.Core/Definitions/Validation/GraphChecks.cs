namespace Sightglass.Core.Definitions;

/// <summary>Checks how stages hang together: names, circles and what can never run.</summary>
internal static class GraphChecks
{
    public static void Run(Check check)
    {
        var stages = check.Definition.Stages;
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < stages.Count; i++)
        {
            if (stages[i].Id.Length > 0) places.TryAdd(stages[i].Id, i);
        }

        var dependencies = StageDependencies.ByIndex(check.Definition, check.Expressions);
        CheckNames(check, dependencies, places);
        var inCircle = CheckCircles(check, dependencies, places);
        CheckReach(check, dependencies, places, inCircle);
    }

    private static void CheckNames(Check check, List<StageDependency>[] dependencies, Dictionary<string, int> places)
    {
        for (var i = 0; i < dependencies.Length; i++)
        {
            var path = Check.Stage(i);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var dependency in dependencies[i])
            {
                var at = SourcePath.Join(path, dependency.Path);

                // Expressions are checked with their other names.
                if (dependency.Kind is DependencyKind.Reference or DependencyKind.Branch) continue;
                if (!places.ContainsKey(dependency.On)) Unknown(check, at, dependency.On);
                else if (dependency.Path.StartsWith("needs[", StringComparison.Ordinal) && !seen.Add(dependency.On))
                {
                    check.Warning(ProblemCodes.DuplicateId, at, $"'{dependency.On}' is needed twice", "remove one");
                }
            }

            var stage = check.Definition.Stages[i];
            foreach (var (target, name) in (ReadOnlySpan<(string?, string)>)[(stage.Then, "then"), (stage.Else, "else")])
            {
                if (target is not null and not StageDependencies.Finish && !places.ContainsKey(target)) Unknown(check, SourcePath.Join(path, name), target);
            }
        }
    }

    private static void Unknown(Check check, string path, string id)
    {
        var name = id.Length <= 60 ? id : id[..60] + "…";
        check.Error(ProblemCodes.UnknownStage, path, $"there is no stage '{name}'", check.Suggest(id, check.StageIds));
    }

    /// <summary>Walks the dependencies depth first, with a stack of its own: ten thousand stages may stand in one row.</summary>
    private static HashSet<int> CheckCircles(Check check, List<StageDependency>[] dependencies, Dictionary<string, int> places)
    {
        var inCircle = new HashSet<int>();
        var state = new byte[dependencies.Length];
        var row = new List<(int Stage, int Next)>();
        for (var start = 0; start < dependencies.Length; start++)
        {
            if (state[start] != 0) continue;
            row.Add((start, 0));
            state[start] = 1;
            while (row.Count > 0)
            {
                var (stage, next) = row[^1];
                if (next == dependencies[stage].Count)
                {
                    state[stage] = 2;
                    row.RemoveAt(row.Count - 1);
                    continue;
                }

                row[^1] = (stage, next + 1);
                if (!places.TryGetValue(dependencies[stage][next].On, out var on)) continue;
                if (state[on] == 0)
                {
                    state[on] = 1;
                    row.Add((on, 0));
                }
                else if (state[on] == 1)
                {
                    var first = row.FindLastIndex(entry => entry.Stage == on);
                    Report(check, dependencies, [.. row.Skip(first).Select(entry => entry.Stage)], inCircle);
                }
            }
        }

        return inCircle;
    }

    private static void Report(Check check, List<StageDependency>[] dependencies, List<int> circle, HashSet<int> inCircle)
    {
        // One circle tells enough of a knot; those that share a stage with it are told when it is gone.
        var isNew = !circle.Any(inCircle.Contains);
        inCircle.UnionWith(circle);
        if (!isNew) return;

        // The row goes from a stage to what it waits for; people read the other way, from the first in the file.
        circle.Reverse();
        var least = circle.IndexOf(circle.Min());
        var ordered = circle.Skip(least).Concat(circle.Take(least)).ToList();
        var names = ordered.Select(index => check.Definition.Stages[index].Id).ToList();
        var shown = names.Count <= 20 ? names : [.. names.Take(10), "…", .. names.TakeLast(9)];
        var before = names[^1];
        var path = Check.Stage(ordered[0]);
        var cause = dependencies[ordered[0]].First(dependency => dependency.On == before);
        var message = $"stages wait for each other: {string.Join(" → ", shown)} → {names[0]}";
        if (cause.Kind == DependencyKind.Reference) check.ErrorAt(ProblemCodes.Cycle, SourcePath.Join(path, cause.Path), cause.Line, cause.Column, message, "remove one of these dependencies");
        else check.Error(ProblemCodes.Cycle, cause.Kind == DependencyKind.Branch ? path : SourcePath.Join(path, cause.Path), message, "remove one of these dependencies");
    }

    private static void CheckReach(Check check, List<StageDependency>[] dependencies, Dictionary<string, int> places, HashSet<int> inCircle)
    {
        var stages = check.Definition.Stages;
        var reasons = new string?[stages.Count];
        var followers = new List<int>[stages.Count];
        var open = new int[stages.Count];
        for (var i = 0; i < stages.Count; i++)
        {
            followers[i] ??= [];
            foreach (var on in KnownOf(dependencies[i], places))
            {
                (followers[on] ??= []).Add(i);
                open[i]++;
            }
        }

        // In the order of dependencies, so that what waits only for the unreachable is found too. Stages in or behind a
        // circle never come up; the circle is told of already.
        var ready = new Queue<int>(Enumerable.Range(0, stages.Count).Where(i => open[i] == 0));
        while (ready.TryDequeue(out var i))
        {
            var known = KnownOf(dependencies[i], places);
            if (!inCircle.Contains(i)) reasons[i] = Contradiction(stages, dependencies[i], known) ?? (known.Count > 0 && known.All(on => reasons[on] is not null) ? "everything it depends on can never run" : null);
            if (reasons[i] is { } reason) check.Error(ProblemCodes.UnreachableStage, Check.Stage(i), $"the stage '{stages[i].Id}' can never run: {reason}", "change what it depends on");
            foreach (var follower in followers[i])
            {
                if (--open[follower] == 0) ready.Enqueue(follower);
            }
        }
    }

    private static HashSet<int> KnownOf(List<StageDependency> dependencies, Dictionary<string, int> places)
    {
        var known = new HashSet<int>();
        foreach (var dependency in dependencies)
        {
            if (places.TryGetValue(dependency.On, out var on)) known.Add(on);
        }

        return known;
    }

    private static string? Contradiction(IReadOnlyList<StageDefinition> stages, List<StageDependency> dependencies, HashSet<int> known)
    {
        foreach (var on in known)
        {
            if (stages[on] is { Then: StageDependencies.Finish, Else: StageDependencies.Finish }) return $"'{stages[on].Id}' always finishes the pipeline";
        }

        // Below 'any' either may hold; what stands in 'needs' and directly under 'all' must hold together.
        var must = dependencies.Where(dependency => !dependency.Path.Contains(".any[", StringComparison.Ordinal)).ToLookup(dependency => dependency.Kind, dependency => dependency.On);
        var both = must[DependencyKind.Completed].Intersect(must[DependencyKind.Failed], StringComparer.Ordinal).FirstOrDefault();
        return both is null ? null : $"'{both}' cannot both complete and fail";
    }
}
