using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>The stages that are shown where not all have room: first what runs or waits for a person, then what failed,
/// what ended last and what comes next. The others are counted in the gaps.</summary>
/// <param name="Indexes">Positions of the stages shown, in the order of the plan.</param>
/// <param name="Lines">Lines that they and the gaps take.</param>
internal sealed record StageSelection(IReadOnlyList<int> Indexes, int Lines)
{
    public static StageSelection Choose(IReadOnlyList<StageState> stages, int room)
    {
        if (room <= 0) return new StageSelection([], 0);
        if (stages.Count <= room) return new StageSelection([.. Enumerable.Range(0, stages.Count)], stages.Count);
        var byUrgency = Enumerable.Range(0, stages.Count).OrderBy(i => UrgencyOf(stages[i])).ThenBy(i => OrderOf(stages[i], i)).ToList();

        // The most stages whose rows and gaps fit: one more stage adds at most two lines, so few steps are needed.
        for (var take = room; take > 0; take--)
        {
            List<int> chosen = [.. byUrgency.Take(take).Order()];
            var lines = chosen.Count + Gaps(chosen, stages.Count);
            if (lines <= room) return new StageSelection(chosen, lines);
        }

        return new StageSelection([], 1);
    }

    /// <summary>Says what the stages from <paramref name="from"/> up to <paramref name="to"/> are.</summary>
    public static string Describe(IReadOnlyList<StageState> stages, int from, int to)
    {
        var counts = new SortedDictionary<StageStatus, int>();
        for (var i = from; i < to; i++) counts[stages[i].Status] = counts.GetValueOrDefault(stages[i].Status) + 1;
        return string.Join(", ", counts.Select(c => $"{c.Value} {c.Key.ToWire()}"));
    }

    private static int UrgencyOf(StageState stage) => stage.Status switch
    {
        StageStatus.Blocked => 0,
        StageStatus.Running => 1,
        StageStatus.Failed => 2,
        StageStatus.Waiting when stage.WaitingFor is not (null or "dependencies") => 3,
        StageStatus.Queued => 4,
        StageStatus.Completed => 5,
        StageStatus.Pending or StageStatus.Waiting => 6,
        _ => 7,
    };

    // Of what has ended the newest, of what is to come the next.
    private static long OrderOf(StageState stage, int index) => stage.Status == StageStatus.Completed ? -stage.EndedSeq : index;

    private static int Gaps(List<int> chosen, int count)
    {
        var gaps = 0;
        var next = 0;
        foreach (var index in chosen)
        {
            if (index > next) gaps++;
            next = index + 1;
        }

        return next < count ? gaps + 1 : gaps;
    }
}
