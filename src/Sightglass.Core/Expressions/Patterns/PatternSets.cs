namespace Sightglass.Core.Expressions.Patterns;

/// <summary>The sets that patterns name: <c>\d</c>, <c>[:alpha:]</c> and <c>\p{L}</c>.</summary>
internal static class PatternSets
{
    internal const uint AllCategories = (1u << 30) - 1;

    // In the order of UnicodeCategory.
    private const string Categories = "LuLlLtLmLoMnMcMeNdNlNoZsZlZpCcCfCsCoPcPdPsPePiPfPoSmScSkSo";

    private static readonly Dictionary<string, (int, int)[]> Posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = [('0', '9'), ('A', 'Z'), ('a', 'z')],
        ["alpha"] = [('A', 'Z'), ('a', 'z')],
        ["ascii"] = [(0, 127)],
        ["blank"] = [('\t', '\t'), (' ', ' ')],
        ["cntrl"] = [(0, 31), (127, 127)],
        ["digit"] = [('0', '9')],
        ["graph"] = [('!', '~')],
        ["lower"] = [('a', 'z')],
        ["print"] = [(' ', '~')],
        ["punct"] = [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        ["space"] = [('\t', '\r'), (' ', ' ')],
        ["upper"] = [('A', 'Z')],
        ["word"] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        ["xdigit"] = [('0', '9'), ('A', 'F'), ('a', 'f')],
    };

    /// <summary>The ranges of <c>\d</c> and its kin, which are ASCII; null for other letters.</summary>
    internal static IEnumerable<(int Start, int End)>? OfLetter(char letter) => letter switch
    {
        'd' => Posix["digit"],
        'w' => Posix["word"],
        's' => [('\t', '\n'), ('\f', '\r'), (' ', ' ')],
        'D' or 'W' or 'S' => PatternClass.Complement(OfLetter(char.ToLowerInvariant(letter))!),
        _ => null,
    };

    /// <summary>The ranges of a name between <c>[:</c> and <c>:]</c>; null for unknown names.</summary>
    internal static IEnumerable<(int Start, int End)>? OfPosix(string name)
    {
        var negated = name.StartsWith('^');
        if (!Posix.TryGetValue(negated ? name[1..] : name, out var ranges))
            return null;
        return negated ? PatternClass.Complement(ranges) : ranges;
    }

    /// <summary>The categories of a name such as <c>L</c> or <c>Lu</c>; 0 for unknown names, among which are those of scripts.</summary>
    internal static uint OfCategory(string name)
    {
        if (name == "Any")
            return AllCategories;
        uint found = 0;
        for (var i = 0; i < Categories.Length; i += 2)
        {
            if (name.Length is 1 or 2 && Categories.AsSpan(i, name.Length).SequenceEqual(name))
                found |= 1u << (i / 2);
        }

        return found;
    }
}
