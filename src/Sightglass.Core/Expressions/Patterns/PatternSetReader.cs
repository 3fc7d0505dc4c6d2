using System.Globalization;

namespace Sightglass.Core.Expressions.Patterns;

/// <summary>Reads characters and sets of them: escapes, <c>\p{L}</c> and what stands in brackets.</summary>
internal sealed class PatternSetReader(string text)
{
    /// <summary>Reads <c>\d</c>, <c>\pL</c> and their kin; null for other escapes.</summary>
    internal PatternClass? TrySet(ref int at, bool folded)
    {
        var ranges = new List<(int, int)>();
        var categories = 0u;
        return TryAddSet(ref at, ranges, ref categories) ? new PatternClass(ranges, categories, negated: false, folded) : null;
    }

    /// <summary>Reads a set in brackets.</summary>
    internal PatternClass Bracket(ref int at, bool folded)
    {
        var negated = ++at < text.Length && text[at] == '^';
        if (negated)
            at++;
        var ranges = new List<(int, int)>();
        var categories = 0u;
        for (var first = true; at < text.Length && (text[at] != ']' || first); first = false)
        {
            if (!TryAddNamed(ref at, ranges) && !(text[at] == '\\' && TryAddSet(ref at, ranges, ref categories)))
                ranges.Add(Range(ref at));
        }

        if (at >= text.Length)
            throw new PatternSyntaxException("a character class is not closed");
        at++;
        return new PatternClass(ranges, categories, negated, folded);
    }

    /// <summary>Reads a character that stands for itself.</summary>
    internal int Plain(ref int at)
    {
        if (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
        {
            at += 2;
            return char.ConvertToUtf32(text[at - 2], text[at - 1]);
        }

        return text[at++];
    }

    /// <summary>Reads an escape that stands for one character.</summary>
    internal int Escaped(ref int at)
    {
        if (at + 1 >= text.Length)
            throw new PatternSyntaxException("it ends with a backslash");
        var c = text[at + 1];
        at += 2;
        switch (c)
        {
            case 'a': return '\a';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'v': return '\v';
            case 'x': return Hexadecimal(ref at);
            case '0': return Octal(ref at, 0);
            case >= '1' and <= '7' when at < text.Length && text[at] is >= '0' and <= '7':
                return Octal(ref at, c - '0');
            default:
                if (char.IsAsciiLetterOrDigit(c) || c >= 128)
                    throw new PatternSyntaxException(char.IsAsciiDigit(c) ? "RE2 has no back references" : $"RE2 has no escape '\\{(c < 128 ? c : '?')}'");
                return c;
        }
    }

    private (int Start, int End) Range(ref int at)
    {
        var low = Member(ref at);
        if (at + 1 >= text.Length || text[at] != '-' || text[at + 1] == ']')
            return (low, low);
        at++;
        var high = Member(ref at);
        return high >= low ? (low, high) : throw new PatternSyntaxException("a range in a character class is not in order");
    }

    private int Member(ref int at) => text[at] == '\\' ? Escaped(ref at) : Plain(ref at);

    private bool TryAddNamed(ref int at, List<(int, int)> ranges)
    {
        if (string.CompareOrdinal(text, at, "[:", 0, 2) != 0)
            return false;
        var end = text.IndexOf(":]", at + 2, StringComparison.Ordinal);
        if (end < 0)
            return false;
        ranges.AddRange(PatternSets.OfPosix(text[(at + 2)..end]) ?? throw new PatternSyntaxException("it names an unknown character class"));
        at = end + 2;
        return true;
    }

    private bool TryAddSet(ref int at, List<(int, int)> ranges, ref uint categories)
    {
        var letter = at + 1 < text.Length ? text[at + 1] : '\0';
        if (PatternSets.OfLetter(letter) is { } named)
        {
            ranges.AddRange(named);
            at += 2;
            return true;
        }

        if (letter is not ('p' or 'P'))
            return false;
        at += 2;
        var name = "";
        if (at < text.Length && text[at] != '{')
        {
            name = text[at++].ToString();
        }
        else if (at < text.Length && text.IndexOf('}', at) is var end && end > 0)
        {
            name = text[(at + 1)..end];
            at = end + 1;
        }

        var negated = name.StartsWith('^');
        var found = PatternSets.OfCategory(negated ? name[1..] : name);
        if (found == 0)
            throw new PatternSyntaxException("it names an unknown category: there are L, Lu, N, P, S, Z and their kin, and Any");
        categories |= negated != (letter == 'P') ? PatternSets.AllCategories & ~found : found;
        return true;
    }

    private int Hexadecimal(ref int at)
    {
        var open = at < text.Length && text[at] == '{';
        var end = open ? text.IndexOf('}', at) : Math.Min(at + 2, text.Length);
        var start = open ? at + 1 : at;
        if (end - start < (open ? 1 : 2) || end - start > 8
            || !int.TryParse(text.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            || number is < 0 or > 0x10FFFF)
            throw new PatternSyntaxException("it names a code point that does not exist");
        at = open ? end + 1 : end;
        return number;
    }

    private int Octal(ref int at, int number)
    {
        for (var i = 0; i < 2 && at < text.Length && text[at] is >= '0' and <= '7'; i++)
            number = (number * 8) + (text[at++] - '0');
        return number;
    }
}
