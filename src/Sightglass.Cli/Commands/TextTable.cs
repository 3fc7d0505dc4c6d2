using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary>Columns of text. In a terminal a row is cut at its edge; into a file it is written whole.</summary>
internal sealed class TextTable(params string[] heads)
{
    private readonly List<string[]> _rows = [heads];

    public TextTable AddRange(IEnumerable<string[]> rows)
    {
        foreach (var row in rows) _rows.Add([.. row.Select(c => TerminalText.Clean(c.ReplaceLineEndings(" ")))]);
        return this;
    }

    public void Write(TextWriter output)
    {
        var widths = new int[heads.Length];
        foreach (var row in _rows)
        {
            for (var i = 0; i < widths.Length; i++) widths[i] = Math.Max(widths[i], Math.Min(60, TerminalText.Width(row[i])));
        }

        var columns = Console.IsOutputRedirected ? int.MaxValue : TerminalScreen.Size.Columns;
        foreach (var row in _rows)
        {
            var line = string.Concat(row.Select((cell, i) => i == row.Length - 1 ? cell : cell + new string(' ', Math.Max(0, widths[i] - TerminalText.Width(cell)) + 2)));
            output.WriteLine(TerminalText.Fit(line.TrimEnd(), columns));
        }
    }
}
