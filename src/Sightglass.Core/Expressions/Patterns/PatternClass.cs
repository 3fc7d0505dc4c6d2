using System.Globalization;
using System.Text;

namespace Sightglass.Core.Expressions.Patterns;

/// <summary>A set of code points: ranges and Unicode categories, perhaps without regard to case, perhaps turned round.</summary>
internal sealed class PatternClass
{
    private readonly int[] _starts;
    private readonly int[] _ends;
    private readonly uint _categories;
    private readonly bool _negated;
    private readonly bool _folded;

    /// <summary>Creates a set.</summary>
    /// <param name="ranges">The ranges, both ends included, in any order.</param>
    /// <param name="categories">A bit for each <see cref="UnicodeCategory"/> that belongs to it.</param>
    /// <param name="negated">Whether everything else is meant.</param>
    /// <param name="folded">Whether a letter stands for its other case too.</param>
    internal PatternClass(IEnumerable<(int Start, int End)> ranges, uint categories, bool negated, bool folded)
    {
        var merged = Merge(ranges);
        (_starts, _ends) = (new int[merged.Count], new int[merged.Count]);
        for (var i = 0; i < merged.Count; i++)
            (_starts[i], _ends[i]) = merged[i];
        _categories = categories;
        _negated = negated;
        _folded = folded;
        Ascii = FindAscii();
    }

    /// <summary>Gets the ASCII characters of the set.</summary>
    internal AsciiSet Ascii { get; }

    internal bool Contains(int codePoint) => codePoint < 128 ? Ascii.Contains(codePoint) : Decide(codePoint);

    /// <summary>Gives what ranges leave out.</summary>
    internal static IEnumerable<(int Start, int End)> Complement(IEnumerable<(int Start, int End)> ranges)
    {
        var next = 0;
        foreach (var (start, end) in Merge(ranges))
        {
            if (start > next)
                yield return (next, start - 1);
            next = end + 1;
        }

        if (next <= 0x10FFFF)
            yield return (next, 0x10FFFF);
    }

    private AsciiSet FindAscii()
    {
        var found = default(AsciiSet);
        for (var i = 0; i < _starts.Length && _starts[i] < 128; i++)
        {
            for (var c = _starts[i]; c <= Math.Min(_ends[i], 127); c++)
                found = found.With(c);
        }

        for (var c = 0; c < 128 && _categories != 0; c++)
        {
            if (Holds(c))
                found = found.With(c);
        }

        if (_folded)
            found = found.InBothCases();
        return _negated ? ~found : found;
    }

    private static List<(int Start, int End)> Merge(IEnumerable<(int Start, int End)> ranges)
    {
        var merged = new List<(int Start, int End)>();
        foreach (var range in ranges is IReadOnlyList<(int Start, int End)> { Count: 1 } ? ranges : ranges.OrderBy(r => r.Start))
        {
            if (merged.Count > 0 && range.Start <= merged[^1].End + 1)
                merged[^1] = (merged[^1].Start, Math.Max(merged[^1].End, range.End));
            else
                merged.Add(range);
        }

        return merged;
    }

    private bool Decide(int codePoint)
    {
        var found = Holds(codePoint);
        if (!found && _folded && Rune.IsValid(codePoint))
        {
            var rune = new Rune(codePoint);
            found = Holds(Rune.ToLowerInvariant(rune).Value) || Holds(Rune.ToUpperInvariant(rune).Value);
        }

        return found != _negated;
    }

    private bool Holds(int codePoint)
    {
        var at = Array.BinarySearch(_starts, codePoint);
        if (at < 0)
            at = ~at - 1;
        if (at >= 0 && codePoint <= _ends[at])
            return true;
        return _categories != 0 && ((_categories >> (int)CharUnicodeInfo.GetUnicodeCategory(codePoint)) & 1) != 0;
    }
}
