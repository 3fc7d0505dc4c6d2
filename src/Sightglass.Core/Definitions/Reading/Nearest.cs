namespace Sightglass.Core.Definitions;

/// <summary>Finds what someone probably meant.</summary>
internal static class Nearest
{
    private const int Longest = 64;

    /// <summary>Gives the candidate nearest to a word, or null where none is near.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > Longest) return null;
        string? best = null;
        var bestDistance = Math.Max(1, word.Length / 3) + 1;
        var plain = Plain(word);
        foreach (var candidate in candidates)
        {
            if (candidate.Length is 0 or > Longest || candidate == word) continue;
            var other = Plain(candidate);
            if (other == plain) return candidate;
            if (Math.Abs(other.Length - plain.Length) >= bestDistance) continue;
            var distance = Distance(plain, other);
            if (distance >= bestDistance) continue;
            best = candidate;
            bestDistance = distance;
        }

        return best;
    }

    /// <summary>Gives the suggestion as a phrase, or null.</summary>
    public static string? Phrase(string word, IEnumerable<string> candidates) =>
        Of(word, candidates) is { } nearest ? $"did you mean '{nearest}'?" : null;

    // max_attempts, max-attempts and MaxAttempts are the spellings of other tools.
    private static string Plain(string word) =>
        word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Counts insertions, deletions, replacements and swaps of neighbours.</summary>
    private static int Distance(string left, string right)
    {
        var width = right.Length + 1;
        Span<int> rows = stackalloc int[3 * (Longest + 1)];
        var before = rows[..width];
        var above = rows.Slice(Longest + 1, width);
        var row = rows.Slice(2 * (Longest + 1), width);
        for (var j = 0; j < width; j++) above[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j < width; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                var value = Math.Min(Math.Min(row[j - 1] + 1, above[j] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) value = Math.Min(value, before[j - 2] + 1);
                row[j] = value;
            }

            var spare = before;
            before = above;
            above = row;
            row = spare;
        }

        return above[width - 1];
    }
}
