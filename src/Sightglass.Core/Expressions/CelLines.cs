namespace Sightglass.Core.Expressions;

/// <summary>Finds the line and column of offsets in one text.</summary>
internal sealed class CelLines
{
    private readonly List<int> _starts = [0];

    internal CelLines(string text)
    {
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
            _starts.Add(at + 1);
    }

    internal (int Line, int Column) Find(int offset)
    {
        var line = _starts.BinarySearch(offset);
        if (line < 0)
            line = ~line - 1;
        return (line + 1, offset - _starts[line] + 1);
    }

    internal CelError Error(int offset, string code, string reason)
    {
        var (line, column) = Find(offset);
        reason = CelText.Shorten(reason, CelLimits.MaxReason);
        return new CelError(code, $"{reason} (line {line}, column {column})", line, column) { Reason = reason };
    }
}
