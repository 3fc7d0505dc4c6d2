using System.Text;

namespace Sightglass.Server.Contracts;

/// <summary>Makes lines of a text that comes in pieces. What has no end yet is held back.</summary>
internal sealed class LineSplitter
{
    private readonly StringBuilder _open = new();

    /// <summary>Adds a piece and gives the lines that it ends. A line longer than <see cref="ContractLimits.MaxLineChars"/>
    /// comes in parts.</summary>
    public IEnumerable<string> Add(string piece)
    {
        var from = 0;
        while (from < piece.Length)
        {
            var end = piece.IndexOf('\n', from);
            var stop = end < 0 ? piece.Length : end;
            while (stop - from > 0)
            {
                var take = Math.Min(stop - from, ContractLimits.MaxLineChars - _open.Length);
                if (take < stop - from && char.IsHighSurrogate(piece[from + take - 1])) take--;
                _open.Append(piece, from, take);
                from += take;

                // Full, and more of the line follows; a pair of surrogates stays together.
                if (from < stop) yield return Take();
            }

            if (end < 0) break;
            from = end + 1;
            yield return Take();
        }
    }

    /// <summary>Gives what is left when nothing more comes.</summary>
    public string? Rest() => _open.Length == 0 ? null : Take();

    private string Take()
    {
        if (_open.Length > 0 && _open[^1] == '\r') _open.Length--;
        var line = _open.ToString();
        _open.Clear();
        return line;
    }
}
