using System.Globalization;

namespace Sightglass.Core.Ports;

/// <summary>Where a page of executions ended. Every store uses this form, so that a caller can check one that comes from outside.</summary>
/// <param name="Created">Creation of the page's last execution, in microseconds since 1970 UTC.</param>
/// <param name="Key">The store's own number of that execution, rising with each creation.</param>
public readonly record struct ExecutionCursor(long Created, long Key)
{
    /// <summary>Reads a cursor.</summary>
    /// <param name="text">The text of <see cref="ExecutionPage.Next"/>.</param>
    /// <param name="cursor">The cursor.</param>
    /// <returns>Whether the text is a cursor.</returns>
    public static bool TryParse(string? text, out ExecutionCursor cursor)
    {
        cursor = default;
        if (text is null) return false;
        var separator = text.IndexOf('_', StringComparison.Ordinal);
        if (separator < 1
            || !long.TryParse(text.AsSpan(0, separator), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var created)
            || !long.TryParse(text.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var key)) return false;
        cursor = new ExecutionCursor(created, key);
        return true;
    }

    /// <summary>Gives the text that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Created}_{Key}");
}
