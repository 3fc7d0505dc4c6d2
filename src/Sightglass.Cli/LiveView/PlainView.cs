using System.Globalization;
using System.Text;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>A line for each thing that happens and each line that a stage prints: time, stage, text.</summary>
internal sealed class PlainView(TextWriter output, PlainViewOptions options) : ExecutionView
{
    private readonly Dictionary<(string Stage, string Stream), (StringBuilder Text, ExecutionEvent Last)> _open = [];
    private int _stageWidth;

    public override void Show(ExecutionEvent e, ExecutionModel model)
    {
        if (_stageWidth == 0) _stageWidth = Math.Min(24, model.State.Stages.Select(s => s.Id.Length).DefaultIfEmpty(0).Max());
        if (options.Stage is { } wanted && e.Stage != wanted && e.Stage?.StartsWith(wanted + "[", StringComparison.Ordinal) != true) return;
        if (e.Data is StageOutputWritten chunk)
        {
            Print(e, chunk);
            return;
        }

        if (e.Stage is not null && e.Data is StageCompleted or StageFailed or StageCancelled) PrintOpen(e);
        if (options.ShowsEvents && EventLine.Describe(e, model.State) is { } text) Line(e, text);
        else if (!options.ShowsEvents && e.Data is StageLogged log) Line(e, $"{log.Level}: {log.Message}");
    }

    public override void Flush() => output.Flush();

    public override ValueTask EndAsync(ExecutionModel model)
    {
        // Of a stage that still runs the line that it has begun.
        foreach (var ((_, stream), (text, last)) in _open)
        {
            if (text.Length > 0) Output(last, stream, text);
        }

        if (options.ShowsEvents)
        {
            foreach (var line in ResultText.Of(model.State)) output.WriteLine(TerminalText.Clean(line));
        }

        output.Flush();
        return ValueTask.CompletedTask;
    }

    public override void Say(string message)
    {
        output.WriteLine(message);
        output.Flush();
    }

    private void Print(ExecutionEvent e, StageOutputWritten chunk)
    {
        var key = (e.Stage!, chunk.Stream);
        var open = _open.TryGetValue(key, out var begun) ? begun.Text : new StringBuilder();
        _open[key] = (open, e);
        var rest = chunk.Text.AsSpan();
        while (rest.IndexOf('\n') is >= 0 and var end)
        {
            open.Append(rest[..end]);
            rest = rest[(end + 1)..];
            Output(e, chunk.Stream, open);
        }

        open.Append(rest);
        if (open.Length > 64 * 1024) Output(e, chunk.Stream, open);
    }

    private void PrintOpen(ExecutionEvent e)
    {
        foreach (var stream in (string[])["output", "error"])
        {
            if (_open.Remove((e.Stage!, stream), out var open) && open.Text.Length > 0) Output(e, stream, open.Text);
        }
    }

    private void Output(ExecutionEvent e, string stream, StringBuilder text)
    {
        Line(e, (stream == "error" ? "! " : "| ") + TerminalText.Clean(text.ToString(), options.KeepColor));
        text.Clear();
    }

    private void Line(ExecutionEvent e, string text)
    {
        var time = e.Time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        var stage = (e.Stage ?? "").PadRight(_stageWidth);
        output.Write(time);
        output.Write("  ");
        output.Write(stage);
        output.Write("  ");
        output.WriteLine(text);
    }
}
