using System.Text;

namespace Sightglass.Cli.LiveView;

/// <summary>The last lines that an attempt printed.</summary>
internal sealed class StageTail
{
    private readonly Queue<string> _lines = new(CliLimits.TailLines + 1);
    private readonly Dictionary<string, StringBuilder> _open = new(2, StringComparer.Ordinal);

    /// <summary>Gets or sets how far the stage says it is.</summary>
    public (double Fraction, string? Message)? Progress { get; set; }

    /// <summary>Gets the newest lines that are not blank, oldest first, the unfinished one included.</summary>
    public IEnumerable<string> Newest(int count) =>
        _lines.Concat(_open.Values.Select(o => o.ToString())).Where(l => !string.IsNullOrWhiteSpace(l)).TakeLast(count);

    public void Write(string text, string stream)
    {
        if (!_open.TryGetValue(stream, out var open)) _open[stream] = open = new StringBuilder();

        // Of a large chunk only the end can be seen.
        var rest = text.AsSpan(Math.Max(0, text.Length - (CliLimits.TailLines * CliLimits.MaxTailChars)));
        while (rest.IndexOf('\n') is >= 0 and var end)
        {
            Append(open, rest[..end]);
            AddLine(open.ToString());
            open.Clear();
            rest = rest[(end + 1)..];
        }

        Append(open, rest);
    }

    public void AddLine(string line)
    {
        _lines.Enqueue(line);
        if (_lines.Count > CliLimits.TailLines) _lines.Dequeue();
    }

    private static void Append(StringBuilder open, ReadOnlySpan<char> text)
    {
        // A carriage return begins the line anew, as progress bars of programs do.
        var start = text.TrimEnd('\r').LastIndexOf('\r') + 1;
        if (start > 0) open.Clear();
        text = text[start..];
        open.Append(text);

        // Of a line without end, as a model writes them, the newest part is what streams.
        if (open.Length <= 2 * CliLimits.MaxTailChars) return;
        var cut = open.Length - CliLimits.MaxTailChars;
        open.Remove(0, char.IsLowSurrogate(open[cut]) ? cut + 1 : cut);
    }
}
