using System.Globalization;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>Draws an execution as lines of text: at most as many and as wide as the terminal has room for.</summary>
/// <param name="palette">Signs and colours.</param>
/// <param name="commandOptions">Options that a command in another terminal needs to reach this execution, such as <c> --data DIR</c>.</param>
internal sealed class FrameRenderer(Palette palette, string commandOptions)
{
    private const int TailLines = 4;

    private readonly StageRows _rows = new(palette, commandOptions);

    /// <summary>Draws what fits on the screen while the execution runs.</summary>
    public List<string> Draw(ExecutionModel model, FrameSize size, DateTimeOffset now, int tick, string? message)
    {
        var lines = new List<string> { Header(model.State, tick), Overall(model.State, size.Columns, now) };
        var room = size.Rows - lines.Count - (message is null ? 0 : 1);
        lines.AddRange(Body(model, size with { Rows = room }, now, tick));
        if (message is not null) lines.Add(palette.Yellow(TerminalText.Clean(message)));
        if (lines.Count > size.Rows) lines.RemoveRange(size.Rows, lines.Count - size.Rows);
        return Fitted(lines, size.Columns);
    }

    /// <summary>Draws everything, for the end.</summary>
    public List<string> DrawWhole(ExecutionModel model, int columns, DateTimeOffset now)
    {
        var lines = new List<string> { Header(model.State, 0) };
        var stages = model.State.Stages;
        for (var i = 0; i < stages.Count; i++)
        {
            var isLast = i == stages.Count - 1;
            lines.Add(_rows.Row(model, stages[i], isLast, now, 0));
            lines.AddRange(_rows.Details(model, stages[i], isLast, stages[i].Status == StageStatus.Failed ? 8 : 0, columns));
        }

        var drawn = Fitted(lines, columns);

        // The result is what somebody may want to copy: it is wrapped by the terminal and not cut.
        drawn.AddRange(ResultText.Of(model.State).Select(l => TerminalText.Clean(l)));
        return drawn;
    }

    private string Header(ExecutionState state, int tick)
    {
        var word = state.Cancelling ? "cancelling" : state.Status.ToWire();
        var name = TerminalText.Clean(state.Created.Name);
        var waits = state.AwaitsGroup ? palette.Dim($"  waits for a slot of the concurrency group '{TerminalText.Clean(state.Created.Group!.Name)}'") : "";
        return $"{palette.Bold(name)} {palette.Dim(ShortId.Of(state.Id))}  {palette.State(state.Status, word, tick)}{waits}";
    }

    private string Overall(ExecutionState state, int columns, DateTimeOffset now)
    {
        var counts = state.CountStages();
        var color = counts.Failed > 0 ? "31" : "32";
        var bar = palette.Bar(counts.ShareDoneIn(state.Status), Math.Clamp(columns / 3, 4, 30), color);
        var cost = state.Cost > 0 ? "  " + Durations.Cost(state.Cost) : "";
        var failed = counts.Failed > 0 ? "  " + palette.Red($"{counts.Failed} failed") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{bar} {counts.DoneIn(state.Status)}/{Durations.Count(counts.Total, "stage")}  {Durations.Of((state.EndedAt ?? now) - (state.StartedAt ?? state.CreatedAt))}{cost}{failed}");
    }

    private List<string> Body(ExecutionModel model, FrameSize size, DateTimeOffset now, int tick)
    {
        var room = size.Rows;
        var stages = model.State.Stages;
        var shown = StageSelection.Choose(stages, room - Math.Min(room / 2, Wanted(model, stages, size.Columns)));
        var details = Details(model, shown, new FrameSize(size.Columns, room - shown.Lines));
        var lines = new List<string>(Math.Max(0, room));
        var from = 0;
        foreach (var index in shown.Indexes)
        {
            if (index > from) lines.Add(palette.Dim("├╌ " + StageSelection.Describe(stages, from, index)));
            var isLast = index == stages.Count - 1;
            lines.Add(_rows.Row(model, stages[index], isLast, now, tick));
            if (details.TryGetValue(index, out var below)) lines.AddRange(below);
            from = index + 1;
        }

        if (from < stages.Count && room > 0) lines.Add(palette.Dim("└╌ " + StageSelection.Describe(stages, from, stages.Count)));
        return lines;
    }

    /// <summary>Counts the lines that stages have to say something on, which many rows must not push off the screen.</summary>
    private static int Wanted(ExecutionModel model, IReadOnlyList<StageState> stages, int columns)
    {
        var lines = 0;
        foreach (var stage in stages)
        {
            if (model.ApprovalOf(stage.Key) is not null) lines += 4;
            else if (stage.Status == StageStatus.Running) lines += stage.Count is null ? Math.Min(TailLines, model.TailOf(stage.Key)?.Newest(TailLines).Sum(l => 1 + (l.Length / columns)) ?? 0) : TailLines;
        }

        return lines;
    }

    /// <summary>Shares what is left of the screen among the stages that have something to say below their row.</summary>
    private Dictionary<int, List<string>> Details(ExecutionModel model, StageSelection shown, FrameSize size)
    {
        var stages = model.State.Stages;
        var room = size.Rows;
        var details = new Dictionary<int, List<string>>();
        var talking = shown.Indexes.Where(i => stages[i].Status is StageStatus.Running or StageStatus.Blocked or StageStatus.Waiting or StageStatus.Failed).ToList();
        foreach (var index in talking.OrderBy(i => stages[i].Status == StageStatus.Blocked ? 0 : 1))
        {
            if (room <= 0) break;
            var lines = _rows.Details(model, stages[index], index == stages.Count - 1, Math.Min(TailLines, Math.Max(1, room / Math.Max(1, talking.Count))), size.Columns);
            if (lines.Count > room) lines.RemoveRange(0, lines.Count - room);
            details[index] = lines;
            room -= lines.Count;
        }

        return details;
    }

    private static List<string> Fitted(List<string> lines, int columns)
    {
        for (var i = 0; i < lines.Count; i++) lines[i] = TerminalText.Fit(lines[i], columns);
        return lines;
    }
}
