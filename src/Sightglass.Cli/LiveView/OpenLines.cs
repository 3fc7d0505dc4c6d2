using System.Text;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>Puts what stages of an execution print together to lines: it comes in pieces that end anywhere.</summary>
internal sealed class OpenLines
{
    private readonly Dictionary<(string Stage, string Stream), (StringBuilder Text, ExecutionEvent Last)> _open = [];

    /// <summary>Gets how many characters wait for the end of their line.</summary>
    public int HeldChars { get; private set; }

    /// <summary>Takes in a piece.</summary>
    /// <returns>The lines that end in it, and the beginning of one that grows too long.</returns>
    public IEnumerable<string> Add(ExecutionEvent e, StageOutputWritten chunk)
    {
        var key = (e.Stage!, chunk.Stream);
        var open = _open.TryGetValue(key, out var begun) ? begun.Text : new StringBuilder();
        _open[key] = (open, e);
        var from = 0;
        HeldChars -= open.Length;
        while (chunk.Text.IndexOf('\n', from) is >= 0 and var end)
        {
            yield return open.Append(chunk.Text, from, end - from).ToString();
            open.Clear();
            from = end + 1;
        }

        open.Append(chunk.Text, from, chunk.Text.Length - from);
        if (open.Length > CliLimits.MaxOpenLineChars)
        {
            yield return open.ToString();
            open.Clear();
        }

        HeldChars += open.Length;
        if (open.Length == 0) _open.Remove(key);
    }

    /// <summary>Gives up what a stage has begun, where it has ended.</summary>
    public IEnumerable<(ExecutionEvent Last, string Stream, string Text)> End(string stage)
    {
        foreach (var stream in (string[])["output", "error"])
        {
            if (!_open.Remove((stage, stream), out var open)) continue;
            HeldChars -= open.Text.Length;
            yield return (open.Last, stream, open.Text.ToString());
        }
    }

    /// <summary>Gives up all that was begun.</summary>
    public List<(ExecutionEvent Last, string Stream, string Text)> End()
    {
        var begun = _open.Select(o => (o.Value.Last, o.Key.Stream, o.Value.Text.ToString())).ToList();
        _open.Clear();
        HeldChars = 0;
        return begun;
    }
}
