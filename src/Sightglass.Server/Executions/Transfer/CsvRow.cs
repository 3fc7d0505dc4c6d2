using System.Text;

namespace Sightglass.Server.Executions.Transfer;

/// <summary>Rows of comma-separated values (RFC 4180) that a spreadsheet takes for text: what would be a formula to it begins
/// with an apostrophe.</summary>
internal static class CsvRow
{
    /// <summary>Writes one row.</summary>
    public static void Write(StringBuilder output, params ReadOnlySpan<string?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) output.Append(',');
            var cell = cells[i] ?? "";
            if (cell.Length > 0 && cell[0] is '=' or '+' or '-' or '@' or '\t' or '\r' && !double.TryParse(cell, System.Globalization.CultureInfo.InvariantCulture, out _)) cell = "'" + cell;
            if (cell.AsSpan().ContainsAny(",\"\r\n")) output.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            else output.Append(cell);
        }

        output.Append("\r\n");
    }
}
