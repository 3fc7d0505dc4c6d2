using System.Globalization;
using System.Text;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>Draws one stage: its row, and below it what it prints, waits for or failed with.</summary>
internal sealed class StageRows(Palette palette, string commandOptions)
{
    private const int MaxNameColumns = 32;
    private const int BarColumns = 12;
    private const int StemColumns = 7;

    public string Row(ExecutionModel model, StageState stage, bool isLast, DateTimeOffset now, int tick)
    {
        var names = NameColumns(model.State.Stages);
        var row = new StringBuilder();
        row.Append(palette.Dim(isLast ? "└─ " : "├─ "));
        row.Append(palette.Dim(Palette.TypeSign(stage.Type))).Append(' ');
        var name = TerminalText.Fit(TerminalText.Clean(stage.Name), names);
        row.Append(stage.Status is StageStatus.Pending or StageStatus.Skipped ? palette.Dim(name) : name);
        row.Append(' ', names - TerminalText.Width(name) + 2);
        var word = WordOf(stage);
        row.Append(palette.State(stage.Status, word.PadRight(10), tick));
        row.Append(' ').Append(Duration(stage, now).PadLeft(9));
        AppendProgress(row, model, stage);
        AppendAttempt(row, stage);
        if (stage.Cost > 0) row.Append("  ").Append(Durations.Cost(stage.Cost.Value));
        if (stage.Due is { } due && stage.Status is StageStatus.Waiting && due > now) row.Append("  ").Append(palette.Dim($"in {Durations.Of(due - now)}"));
        return row.ToString();
    }

    /// <summary>Draws what stands below the row.</summary>
    /// <param name="model">The execution.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="isLast">Whether it is the last of the tree.</param>
    /// <param name="tailLines">How many lines of its stream to show.</param>
    /// <param name="columns">The width of the screen.</param>
    public List<string> Details(ExecutionModel model, StageState stage, bool isLast, int tailLines, int columns)
    {
        var lines = new List<string>();
        var stem = palette.Dim(isLast ? "     " : "│    ");
        if (model.ApprovalOf(stage.Key) is { } asked && !stage.Status.IsTerminal())
        {
            if (asked.Message is { Length: > 0 } question) lines.Add(stem + palette.Bold(TerminalText.Clean(question.ReplaceLineEndings(" "))));
            var command = $"{ShortId.Of(model.State.Id)} {TerminalText.Clean(stage.Key)}{commandOptions}";
            lines.Add(stem + palette.Dim("type in another terminal:"));
            lines.AddRange(TerminalText.Wrap("sightglass approve " + command, Math.Max(20, columns - StemColumns)).Select(l => $"{stem}  {palette.Yellow(l)}"));
            lines.AddRange(TerminalText.Wrap("sightglass reject " + command, Math.Max(20, columns - StemColumns)).Select(l => $"{stem}  {palette.Dim(l)}"));
        }

        if (stage.Error is { } error && stage.Status is StageStatus.Failed or StageStatus.Waiting)
            lines.Add(stem + palette.Red(TerminalText.Clean(error.Message.ReplaceLineEndings(" "))));
        if (model.State.Status.IsTerminal() && stage.Status != StageStatus.Failed) return lines;
        lines.AddRange(Tail(model, stage, tailLines).SelectMany(l => Wrapped(l, columns - StemColumns)).TakeLast(tailLines).Select(l => stem + palette.Dim("│ ") + l));
        return lines;
    }

    // A long line is wrapped, so that its end shows, which is what streams; it loses its colours, which would need
    // to be carried from line to line.
    private List<string> Wrapped(string line, int columns)
    {
        var text = palette.Foreign(line);
        return columns < 10 || TerminalText.Width(text) <= columns ? [text] : TerminalText.Wrap(TerminalText.Clean(line), columns);
    }

    private static IEnumerable<string> Tail(ExecutionModel model, StageState stage, int count)
    {
        if (count <= 0) return [];
        if (stage.Count is null) return model.TailOf(stage.Key)?.Newest(count) ?? [];

        // Of a fan-out the newest line of each instance that runs, or the errors of those that failed.
        var shown = model.State.InstancesOf(stage.Id).Where(i => stage.Status == StageStatus.Failed ? i.Status == StageStatus.Failed : i.Status == StageStatus.Running);
        return shown.Take(count).Select(i => $"[{i.Index}] {(i.Status == StageStatus.Failed ? i.Error?.Message.ReplaceLineEndings(" ") : model.TailOf(i.Key)?.Newest(1).FirstOrDefault())}");
    }

    private static int NameColumns(IReadOnlyList<StageState> stages)
    {
        // Measuring ten thousand names for each frame is too much, and the screen shows few of them.
        var most = 0;
        for (var i = 0; i < Math.Min(stages.Count, 200); i++) most = Math.Max(most, stages[i].Name.Length);
        return Math.Clamp(most, 4, MaxNameColumns);
    }

    private static string WordOf(StageState stage) => stage.Status switch
    {
        StageStatus.Blocked => stage.WaitingFor ?? "blocked",
        StageStatus.Waiting when stage.WaitingFor is "retry" or "repeat" or "event" or "timer" => stage.WaitingFor,
        _ => stage.Status.ToWire(),
    };

    private static string Duration(StageState stage, DateTimeOffset now) =>
        stage.InAttempt || stage.Status == StageStatus.Running ? stage.StartedAt is { } started ? Durations.Of(now - started) : ""
        : stage.Count is not null && stage.StartedAt is { } began && stage.EndedAt is { } ended ? Durations.Of(ended - began)
        : stage.Duration is { } took ? Durations.Of(took, stage.Lost) : "";

    private void AppendProgress(StringBuilder row, ExecutionModel model, StageState stage)
    {
        if (stage.Count is { } count && count > 0)
        {
            var instances = model.State.InstancesOf(stage.Id);
            var failed = instances.Count(i => i.Status == StageStatus.Failed);
            var running = instances.Count(i => i.Status == StageStatus.Running);
            var ended = instances.Count(i => i.Status.IsTerminal());
            row.Append("  ").Append(palette.Bar((double)ended / count, BarColumns, failed > 0 ? "31" : "32"));
            row.Append(CultureInfo.InvariantCulture, $" {ended}/{count}");
            if (running > 0) row.Append(CultureInfo.InvariantCulture, $", {running} running");
            if (failed > 0) row.Append(", ").Append(palette.Red($"{failed} failed"));
            return;
        }

        if (stage.Status != StageStatus.Running || model.TailOf(stage.Key)?.Progress is not { } progress) return;
        row.Append("  ").Append(palette.Bar(progress.Fraction, BarColumns, "36"));
        row.Append(CultureInfo.InvariantCulture, $" {Math.Floor(progress.Fraction * 100):0}%");
        if (progress.Message is { Length: > 0 } message) row.Append(' ').Append(palette.Dim(TerminalText.Clean(message.ReplaceLineEndings(" "))));
    }

    private void AppendAttempt(StringBuilder row, StageState stage)
    {
        if (stage.Iteration > 1) row.Append("  ").Append(palette.Dim($"iteration {stage.Iteration}"));
        else if (stage.Attempt > 1 && stage.Count is null) row.Append("  ").Append(palette.Dim($"attempt {stage.Attempt}"));
        if (stage.Status is StageStatus.Skipped or StageStatus.Cancelled && stage.Reason is { } reason)
            row.Append("  ").Append(palette.Dim(TerminalText.Clean(reason.Replace('_', ' '))));
        if (stage.Undo is { } undo) row.Append("  ").Append(palette.Dim($"undo {undo}"));
    }
}
