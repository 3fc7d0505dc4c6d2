using System.Text;
using Sightglass.Core.Executions;

namespace Sightglass.Server.Executions.Recorded;

/// <summary>Makes lines of what stages print in pieces. It holds a bounded text back: a line of 100 MB comes in parts, and so
/// do the lines of a thousand stages that all stop in the middle.</summary>
internal sealed class LineAssembler
{
    private readonly Dictionary<(string Stage, int Attempt, string Stream), StringBuilder> _open = [];
    private int _held;

    /// <summary>Gives the lines that an event completes, and those that have to be let go of.</summary>
    public IEnumerable<LogEntry> Add(ExecutionEvent e)
    {
        if (e.Stage is null) return [];
        return e.Data switch
        {
            StageOutputWritten written => Printed(e, written),
            StageLogged logged => [new LogEntry(e.Seq, e.Time, e.Stage, e.Attempt, "log", logged.Level, logged.Message, logged.Fields is { IsInline: true } fields && fields.Json.Span.SequenceEqual("null"u8) ? null : logged.Fields, true)],
            StageFailed failed => [.. Rest(e, isComplete: true), new LogEntry(e.Seq, e.Time, e.Stage, e.Attempt, "log", "error", failed.Error?.Message ?? "", null, true)],
            StageCompleted or StageCancelled => Rest(e, isComplete: true),
            _ => [],
        };
    }

    /// <summary>Gives what is held back, as lines that go on.</summary>
    public IEnumerable<LogEntry> Flush(ExecutionEvent last)
    {
        foreach (var ((stage, attempt, stream), text) in _open)
        {
            if (text.Length > 0) yield return Entry(last, stage, attempt, stream, text, isComplete: false);
        }

        _open.Clear();
        _held = 0;
    }

    private IEnumerable<LogEntry> Printed(ExecutionEvent e, StageOutputWritten written)
    {
        var key = (e.Stage!, e.Attempt, written.Stream);
        if (!_open.TryGetValue(key, out var open)) _open[key] = open = new StringBuilder();
        var text = written.Text;
        for (var from = 0; from < text.Length;)
        {
            var end = text.IndexOf('\n', from);
            var isEnd = end >= 0;
            var stop = isEnd ? end : text.Length;
            var take = Math.Min(stop - from, ServerLimits.MaxLineChars - open.Length);
            if (take > 0 && from + take < stop && char.IsHighSurrogate(text[from + take - 1])) take--;
            open.Append(text, from, take);
            _held += take;
            from += take;
            if (from < stop)
            {
                yield return Take(e, key, open, isComplete: false);
                continue;
            }

            if (!isEnd) break;
            from++;
            yield return Take(e, key, open, isComplete: true);
        }

        if (_held <= ServerLimits.MaxHeldChars) yield break;
        foreach (var entry in Flush(e)) yield return entry;
    }

    private IEnumerable<LogEntry> Rest(ExecutionEvent e, bool isComplete)
    {
        foreach (var stream in (string[])["output", "error"])
        {
            if (_open.Remove((e.Stage!, e.Attempt, stream), out var text) && text.Length > 0) yield return Take(e, (e.Stage!, e.Attempt, stream), text, isComplete);
        }
    }

    private LogEntry Take(ExecutionEvent e, (string Stage, int Attempt, string Stream) key, StringBuilder text, bool isComplete)
    {
        _held -= text.Length;
        var entry = Entry(e, key.Stage, key.Attempt, key.Stream, text, isComplete);
        text.Clear();
        return entry;
    }

    private static LogEntry Entry(ExecutionEvent e, string stage, int attempt, string stream, StringBuilder text, bool isComplete)
    {
        var length = isComplete && text.Length > 0 && text[^1] == '\r' ? text.Length - 1 : text.Length;
        return new LogEntry(e.Seq, e.Time, stage, attempt, stream, "info", text.ToString(0, length), null, isComplete);
    }
}
