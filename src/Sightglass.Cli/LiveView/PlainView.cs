using System.Globalization;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>A line for each thing that happens and each line that a stage prints: time, stage, text.</summary>
internal sealed class PlainView(TextWriter output, PlainViewOptions options) : ExecutionView
{
    private readonly OpenLines _open = new();
    private int _stageWidth;

    public override void Show(ExecutionEvent e, ExecutionModel model)
    {
        if (_stageWidth == 0) _stageWidth = Math.Min(24, model.State.Stages.Select(s => s.Id.Length).DefaultIfEmpty(0).Max());
        if (options.Stage is { } wanted && e.Stage != wanted && e.Stage?.StartsWith(wanted + "[", StringComparison.Ordinal) != true) return;
        if (e.Data is StageOutputWritten chunk)
        {
            foreach (var line in _open.Add(e, chunk)) Output(e, chunk.Stream, line);
            return;
        }

        if (e.Stage is not null && e.Data is StageCompleted or StageFailed or StageCancelled)
        {
            foreach (var (_, stream, begun) in _open.End(e.Stage)) Output(e, stream, begun);
        }

        if (options.ShowsEvents && EventLine.Describe(e, model.State) is { } text) Line(e, text);
        else if (!options.ShowsEvents && e.Data is StageLogged log) Line(e, $"{log.Level}: {log.Message}");
    }

    public override void Flush() => output.Flush();

    public override ValueTask EndAsync(ExecutionModel model)
    {
        // Of a stage that still runs the line that it has begun.
        foreach (var (last, stream, text) in _open.End()) Output(last, stream, text);
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

    private void Output(ExecutionEvent e, string stream, string text) =>
        Line(e, (stream == "error" ? "! " : "| ") + TerminalText.Clean(text, options.KeepColor));

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
