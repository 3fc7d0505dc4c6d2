using System.Globalization;
using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>Character classes of RE2, where a character is a code point; for .NET those beyond 16 bits are two.</summary>
internal static class Re2Class
{
    internal const string Any = @"(?:[^\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])";
    internal const string AnyButNewline = @"(?:[^\n\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])";

    private static readonly Dictionary<string, string> Posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z", ["alpha"] = "A-Za-z", ["ascii"] = @"\x00-\x7F", ["blank"] = @"\t ", ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9", ["graph"] = "!-~", ["lower"] = "a-z", ["print"] = " -~", ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ", ["upper"] = "A-Z", ["word"] = "0-9A-Za-z_", ["xdigit"] = "0-9A-Fa-f",
    };

    /// <summary>The class that stands for <c>\d</c> and its kin, which are ASCII in RE2; null for other letters.</summary>
    internal static string? Shorthand(char letter) => letter switch
    {
        'd' or 'w' or 's' => $"[{Ranges(letter)}]",
        'D' or 'W' or 'S' => Negated(Ranges(char.ToLowerInvariant(letter))),
        _ => null,
    };

    /// <summary>A code point as one thing to repeat.</summary>
    internal static string Group(Rune rune)
    {
        var units = string.Concat(rune.ToString().Select(Unit));
        return rune.IsBmp ? units : $"(?:{units})";
    }

    /// <summary>Reads a class from its bracket on; gives null or what is wrong.</summary>
    internal static string? TryTranslate(string pattern, ref int at, out string translated)
    {
        translated = "";
        var negated = ++at < pattern.Length && pattern[at] == '^';
        if (negated)
            at++;
        var narrow = new StringBuilder();
        var wide = new List<string>();
        for (var first = true; at < pattern.Length && (pattern[at] != ']' || first); first = false)
        {
            if (Item(pattern, ref at, narrow, wide) is { } problem)
                return problem;
        }

        if (at >= pattern.Length)
            return "a character class is not closed";
        at++;
        if (negated && wide.Count > 0)
            return "a negated character class holds characters beyond U+FFFF";
        if (negated)
            translated = Negated(narrow.ToString());
        else if (wide.Count == 0)
            translated = $"[{narrow}]";
        else
            translated = $"(?:{(narrow.Length > 0 ? $"[{narrow}]|" : "")}{string.Join('|', wide)})";
        return null;
    }

    private static string? Item(string pattern, ref int at, StringBuilder narrow, List<string> wide)
    {
        if (string.CompareOrdinal(pattern, at, "[:", 0, 2) == 0)
        {
            var end = pattern.IndexOf(":]", at + 2, StringComparison.Ordinal);
            if (end < 0 || !Posix.TryGetValue(pattern[(at + 2)..end], out var ranges))
                return "it names an unknown character class";
            narrow.Append(ranges);
            at = end + 2;
            return null;
        }

        if (pattern[at] == '\\' && at + 1 < pattern.Length && pattern[at + 1] is 'd' or 'w' or 's')
        {
            narrow.Append(Ranges(pattern[at + 1]));
            at += 2;
            return null;
        }

        if (pattern[at] == '\\' && at + 1 < pattern.Length && pattern[at + 1] is 'D' or 'W' or 'S' or 'p' or 'P')
        {
            narrow.Append('\\').Append(pattern[at + 1]);
            at += 2;
            if (pattern[at - 1] is 'p' or 'P' && at < pattern.Length && pattern[at] != '{')
                narrow.Append('{').Append(pattern[at++]).Append('}');
            else if (pattern[at - 1] is 'p' or 'P')
                CopyThrough(pattern, ref at, narrow);
            return null;
        }

        if (!TryRune(pattern, ref at, out var low))
            return "a character class holds an unknown escape";
        var high = low;
        if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
        {
            at++;
            if (!TryRune(pattern, ref at, out high) || high < low)
                return "a range in a character class is not in order";
        }

        Add(low, high, narrow, wide);
        return null;
    }

    private static void CopyThrough(string pattern, ref int at, StringBuilder narrow)
    {
        while (at < pattern.Length && pattern[at] != '}')
            narrow.Append(pattern[at++]);
        if (at < pattern.Length)
            narrow.Append(pattern[at++]);
    }

    private static bool TryRune(string pattern, ref int at, out Rune rune)
    {
        if (pattern[at] != '\\')
        {
            _ = Rune.DecodeFromUtf16(pattern.AsSpan(at), out rune, out var consumed);
            at += consumed;
            return true;
        }

        rune = default;
        if (++at >= pattern.Length)
            return false;
        var c = pattern[at++];
        if (c == 'x')
            return TryHexadecimal(pattern, ref at, out rune);
        if (char.IsAsciiLetterOrDigit(c))
        {
            rune = new Rune(c switch { 'a' => '\a', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => '\uFFFD' });
            return rune != Rune.ReplacementChar;
        }

        return Rune.TryCreate(c, out rune);
    }

    private static bool TryHexadecimal(string pattern, ref int at, out Rune rune)
    {
        rune = default;
        var open = at < pattern.Length && pattern[at] == '{';
        var end = open ? pattern.IndexOf('}', at) : Math.Min(at + 2, pattern.Length);
        var start = open ? at + 1 : at;
        if (end < start || !int.TryParse(pattern.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
            return false;
        at = open ? end + 1 : end;
        return Rune.TryCreate(number, out rune);
    }

    private static void Add(Rune low, Rune high, StringBuilder narrow, List<string> wide)
    {
        if (low.IsBmp)
        {
            var last = high.IsBmp ? high.Value : 0xFFFF;
            narrow.Append(Unit((char)low.Value)).Append('-').Append(Unit((char)last));
            if (high.IsBmp)
                return;
            low = new Rune(0x10000);
        }

        // One alternative for each leading surrogate would be long; whole blocks in the middle share one.
        var (a, b) = (low.ToString(), high.ToString());
        if (a[0] == b[0])
        {
            wide.Add($"{Unit(a[0])}[{Unit(a[1])}-{Unit(b[1])}]");
            return;
        }

        wide.Add($"{Unit(a[0])}[{Unit(a[1])}-\\uDFFF]");
        if (b[0] - a[0] > 1)
            wide.Add($"[{Unit((char)(a[0] + 1))}-{Unit((char)(b[0] - 1))}][\\uDC00-\\uDFFF]");
        wide.Add($"{Unit(b[0])}[\\uDC00-{Unit(b[1])}]");
    }

    private static string Negated(string ranges) => $@"(?:[^{ranges}\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])";

    private static string Ranges(char letter) => letter switch
    {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        _ => @"\t\n\f\r ",
    };

    private static string Unit(char unit) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
}
