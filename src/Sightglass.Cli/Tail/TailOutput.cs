using System.Globalization;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.Tail;

/// <summary>Writes what happens in all executions: a line each, or the events as they are stored.</summary>
internal sealed class TailOutput(TailFilter filter, Stream raw, TextWriter output, bool isJson, Palette palette, bool keepColor)
{
    private const int WidestPipeline = 24;
    private const int WidestStage = 20;

    private readonly Lock _gate = new();
    private long _held;
    private int _pipelineColumns = 8;
    private int _stageColumns = 8;

    /// <summary>Takes in whole lines of an execution's log.</summary>
    /// <returns>The executions that it has started.</returns>
    public IReadOnlyList<Guid> Show(TailedExecution execution, ReadOnlyMemory<byte> lines)
    {
        List<Guid>? children = null;
        lock (_gate)
        {
            var before = execution.Open.HeldChars;
            for (var rest = lines; !rest.IsEmpty;)
            {
                var length = rest.Span.IndexOf((byte)'\n') + 1;
                var e = EventJson.Read(rest.Span[..length]);
                var isWanted = execution.Take(e);
                if (isWanted && e is { Data: StageStarted { Child: { } child } }) (children ??= []).Add(child);
                if (isWanted && filter.Fits(e, execution.Status)) Show(execution, e, rest[..length]);
                rest = rest[length..];
            }

            if (execution.HasEnded) ShowOpen(execution);
            _held += execution.Open.HeldChars - before;

            // Of very many that print lines without ends what was begun is shown.
            if (_held > CliLimits.MaxTailHeldChars)
            {
                _held -= execution.Open.HeldChars;
                ShowOpen(execution);
            }

            output.Flush();
        }

        return children ?? [];
    }

    private void Show(TailedExecution execution, ExecutionEvent e, ReadOnlyMemory<byte> line)
    {
        if (isJson)
        {
            raw.Write(line.Span);
            return;
        }

        if (e.Data is StageOutputWritten chunk)
        {
            foreach (var text in execution.Open.Add(e, chunk)) Printed(execution, e, chunk.Stream, text);
            return;
        }

        if (e.Stage is not null && e.Data is StageCompleted or StageFailed or StageCancelled)
        {
            foreach (var (last, stream, text) in execution.Open.End(e.Stage)) Printed(execution, last, stream, text);
        }

        if (Describe(e) is { } words) Line(execution, e, words);
    }

    private string? Describe(ExecutionEvent e) => e.Data switch
    {
        ExecutionStarted => "started",
        ExecutionCompleted data => palette.Green("completed") + Took(data.Totals),
        ExecutionFailed data => palette.Red("failed") + Took(data.Totals) + (data.Error is { } error ? $"{(data.FailedStage is { } stage ? $" in {TerminalText.Clean(stage)}" : "")}: {TerminalText.Clean(error.Message.ReplaceLineEndings(" "))}" : ""),
        ExecutionCancelled data => "cancelled" + Took(data.Totals) + (data.Reason is { } reason ? ": " + TerminalText.Clean(reason.ReplaceLineEndings(" ")) : ""),
        StageLogged { Level: "debug" } debug when filter.Levels.Contains("debug") => "debug: " + TerminalText.Clean(debug.Message.ReplaceLineEndings(" ")),
        _ => EventLine.Describe(e, null),
    };

    private static string Took(ExecutionTotals? totals) => totals is null ? "" : " in " + Durations.Of(totals.Duration);

    private void ShowOpen(TailedExecution execution)
    {
        foreach (var (last, stream, text) in execution.Open.End()) Printed(execution, last, stream, text);
    }

    private void Printed(TailedExecution execution, ExecutionEvent e, string stream, string text) =>
        Line(execution, e, (stream == "error" ? "! " : "| ") + TerminalText.Clean(text, keepColor) + (keepColor && text.Contains('\e') ? "\e[0m" : ""));

    private void Line(TailedExecution execution, ExecutionEvent e, string text)
    {
        var pipeline = TerminalText.Fit(TerminalText.Clean(execution.Pipeline), WidestPipeline);
        var stage = TerminalText.Fit(TerminalText.Clean(e.Stage ?? ""), WidestStage);
        _pipelineColumns = Math.Max(_pipelineColumns, pipeline.Length);
        _stageColumns = Math.Max(_stageColumns, stage.Length);
        var time = e.Time.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        output.WriteLine($"{palette.Dim(time)}  {pipeline.PadRight(_pipelineColumns)}  {palette.Dim(ShortId.Of(execution.Id))}  {stage.PadRight(_stageColumns)}  {text}");
    }
}
