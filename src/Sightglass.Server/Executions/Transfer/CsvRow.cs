using System.Buffers;
using System.Text;

namespace Sightglass.Server.Executions.Transfer;

/// <summary>Rows of comma-separated values (RFC 4180) that a spreadsheet takes for text: what would be a formula to it begins
/// with an apostrophe.</summary>
internal static class CsvRow
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n\t'");

    /// <summary>Writes one row.</summary>
    public static void Write(StringBuilder output, params ReadOnlySpan<string?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) output.Append(',');
            var cell = cells[i] ?? "";
            if (cell is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n', ..]) cell = "'" + cell;
            if (cell.AsSpan().ContainsAny(Quoted)) output.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            else output.Append(cell);
        }

        output.Append("\r\n");
    }
}
