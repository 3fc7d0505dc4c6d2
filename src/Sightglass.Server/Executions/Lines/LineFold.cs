using Sightglass.Core.Executions;

namespace Sightglass.Server.Executions.Lines;

/// <summary>Makes lines of events, from any place of the log. Which lines there are follows from the events alone; how much of
/// a very long one is at hand does not.</summary>
internal sealed class LineFold
{
    private readonly Dictionary<(string Stage, int Attempt, string Stream), OpenLine> _open = [];
    private int _kept;

    /// <summary>Begins where lines stand as they are given.</summary>
    public LineFold(IReadOnlyList<HeldLine> held)
    {
        foreach (var line in held)
        {
            _open[(line.Stage, line.Attempt, line.Stream)] = new OpenLine(line);
            _kept += line.Text.Length;
        }
    }

    /// <summary>Gets the characters that a place here would hold that no place before holds already.</summary>
    public int Changed
    {
        get
        {
            var changed = 0;
            foreach (var line in _open.Values) changed += line.Changed;
            return changed;
        }
    }

    /// <summary>Gives the lines that have not ended.</summary>
    /// <param name="withText">Whether with the text of those that no place before holds.</param>
    public IReadOnlyList<HeldLine> Hold(bool withText) =>
        [.. _open.Where(line => line.Value.Length > 0).Select(line => line.Value.Hold(line.Key.Stage, line.Key.Attempt, line.Key.Stream, withText))];

    /// <summary>Takes an event and tells the lines that end with it.</summary>
    public void Add(ExecutionEvent e, LineTaker take)
    {
        if (e.Stage is null) return;
        switch (e.Data)
        {
            case StageOutputWritten written:
                Print(e, written, take);
                break;
            case StageLogged logged:
                Log(e, logged.Level, logged.Message, logged.Fields, take);
                break;
            case StageFailed failed:
                End(e, take);
                Log(e, "error", failed.Error?.Message ?? "", null, take);
                break;
            case StageCompleted or StageCancelled:
                End(e, take);
                break;
        }
    }

    private static void Log(ExecutionEvent e, string level, string message, Payload? fields, LineTaker take)
    {
        foreach (var part in message.AsSpan().Split('\n'))
        {
            take(new LineView(e, "log", level, message.AsSpan()[part], fields: fields));
            fields = null;
        }
    }

    private void Print(ExecutionEvent e, StageOutputWritten written, LineTaker take)
    {
        var key = (e.Stage!, e.Attempt, written.Stream);
        var rest = written.Text.AsSpan();
        for (var end = rest.IndexOf('\n'); end >= 0; end = rest.IndexOf('\n'))
        {
            if (_open.TryGetValue(key, out var open) && open.Length > 0)
            {
                Append(e, open, rest[..end]);
                Finish(e, key, open, take);
            }
            else
            {
                take(new LineView(e, written.Stream, "info", rest[..end]));
            }

            rest = rest[(end + 1)..];
        }

        if (rest.IsEmpty) return;
        if (!_open.TryGetValue(key, out var last)) _open[key] = last = new OpenLine();
        Append(e, last, rest);
    }

    private void Append(ExecutionEvent e, OpenLine line, ReadOnlySpan<char> text)
    {
        _kept -= line.Kept;
        line.Append(e, text, LineLimits.MaxHeldChars - _kept - line.Kept);
        _kept += line.Kept;
    }

    private void End(ExecutionEvent e, LineTaker take)
    {
        foreach (var stream in (ReadOnlySpan<string>)["output", "error"])
        {
            var key = (e.Stage!, e.Attempt, stream);
            if (_open.TryGetValue(key, out var open) && open.Length > 0) Finish(e, key, open, take);
        }
    }

    private void Finish(ExecutionEvent e, (string Stage, int Attempt, string Stream) key, OpenLine open, LineTaker take)
    {
        _open.Remove(key);
        _kept -= open.Kept;
        take(new LineView(e, key.Stream, "info", open.ToString(), open.Length, open.Rewrites));
    }
}
