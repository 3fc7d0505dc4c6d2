using System.Globalization;

namespace Sightglass.Core.Expressions.Patterns;

/// <summary>Reads the syntax of RE2; what it does not have (look-around, back references) is refused by name.</summary>
internal sealed class PatternParser(string text)
{
    private static readonly PatternClass Any = new([(0, 0x10FFFF)], 0, negated: false, folded: false);
    private static readonly PatternClass AnyButNewline = new([('\n', '\n')], 0, negated: true, folded: false);

    private readonly PatternSetReader _sets = new(text);
    private int _at;
    private int _nesting;
    private bool _fold;
    private bool _lines;
    private bool _dotAll;

    internal static PatternNode Parse(string text)
    {
        var parser = new PatternParser(text);
        var node = parser.Choice();
        return parser._at == text.Length ? node : throw new PatternSyntaxException("it closes a group that is not open");
    }

    private PatternNode Choice()
    {
        List<PatternNode> options = [Sequence()];
        while (_at < text.Length && text[_at] == '|')
        {
            _at++;
            options.Add(Sequence());
        }

        return options.Count == 1 ? options[0] : new PatternNode.Choice(options);
    }

    private PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (_at < text.Length && text[_at] is not ('|' or ')'))
        {
            var quoted = text[_at] == '\\' && _at + 1 < text.Length && text[_at + 1] == 'Q';
            if (quoted)
                Quoted(parts);
            else if (Atom() is { } atom)
                parts.Add(Repeated(atom));
        }

        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    /// <summary>Reads one thing that may be repeated; null for flags, which are none.</summary>
    private PatternNode? Atom()
    {
        var c = text[_at];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                return new PatternNode.One(_sets.Bracket(ref _at, _fold));
            case '.':
                _at++;
                return new PatternNode.One(_dotAll ? Any : AnyButNewline);
            case '^':
                _at++;
                return new PatternNode.Place(_lines ? PatternOp.LineStart : PatternOp.TextStart);
            case '$':
                _at++;
                return new PatternNode.Place(_lines ? PatternOp.LineEnd : PatternOp.TextEnd);
            case '*' or '+' or '?':
                throw new PatternSyntaxException($"there is nothing for '{c}' to repeat");
            case '\\':
                return Escape();
            default:
                if (c == '{' && TryCount(out _, out _, out _))
                    throw new PatternSyntaxException("there is nothing for a count to repeat");
                return Literal(_sets.Plain(ref _at));
        }
    }

    private PatternNode Repeated(PatternNode atom)
    {
        if (_at >= text.Length)
            return atom;
        var (least, most, length) = text[_at] switch
        {
            '*' => (0, -1, 1),
            '+' => (1, -1, 1),
            '?' => (0, 1, 1),
            '{' when TryCount(out var low, out var high, out var taken) => (low, high, taken),
            _ => (0, 0, 0),
        };
        if (length == 0)
            return atom;
        _at += length;

        // Whether the shortest or the longest is tried first does not change whether there is a match.
        if (_at < text.Length && text[_at] == '?')
            _at++;
        if (_at < text.Length && (text[_at] is '*' or '+' or '?' || (text[_at] == '{' && TryCount(out _, out _, out _))))
            throw new PatternSyntaxException("it repeats a repetition: put the first one in parentheses");
        return new PatternNode.Repeat(atom, least, most);
    }

    private bool TryCount(out int least, out int most, out int length)
    {
        (least, most, length) = (0, 0, 0);
        var end = text.IndexOf('}', _at);
        if (end < 0)
            return false;
        var parts = text[(_at + 1)..end].Split(',');
        if (parts.Length > 2 || !IsNumber(parts[0]) || (parts.Length == 2 && parts[1].Length > 0 && !IsNumber(parts[1])))
            return false;
        if (parts.Any(part => part.Length > 4 || (part.Length > 0 && int.Parse(part, CultureInfo.InvariantCulture) > CelLimits.MaxPatternCount)))
            throw new PatternSyntaxException($"a repetition count is over {CelLimits.MaxPatternCount}");
        least = int.Parse(parts[0], CultureInfo.InvariantCulture);
        most = parts.Length == 1 ? least : parts[1].Length == 0 ? -1 : int.Parse(parts[1], CultureInfo.InvariantCulture);
        length = end + 1 - _at;
        return most == -1 || most >= least ? true : throw new PatternSyntaxException("a repetition count ends before it starts");
    }

    private static bool IsNumber(string part) => part.Length > 0 && !part.AsSpan().ContainsAnyExceptInRange('0', '9');

    private PatternNode? Group()
    {
        if (++_nesting > CelLimits.MaxPatternNesting)
            throw new PatternSyntaxException($"its groups are nested more than {CelLimits.MaxPatternNesting} deep");
        var before = (_fold, _lines, _dotAll);
        _at++;
        if (_at < text.Length && text[_at] == '?')
        {
            _at++;
            if (Starts("P<") || (Starts("<") && !Starts("<=") && !Starts("<!")))
                GroupName();
            else if (!Flags())
                return Ended(null);
        }

        var inner = Choice();
        if (_at >= text.Length)
            throw new PatternSyntaxException("a group is not closed");
        _at++;
        (_fold, _lines, _dotAll) = before;
        return Ended(inner);
    }

    private PatternNode? Ended(PatternNode? node)
    {
        _nesting--;
        return node;
    }

    private void GroupName()
    {
        var start = text.IndexOf('<', _at) + 1;
        var end = text.IndexOf('>', start);
        if (end <= start || !text[start..end].All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new PatternSyntaxException("the name of a group holds letters, digits and _ only");
        _at = end + 1;
    }

    /// <summary>Reads flags; true when a group of their own follows.</summary>
    private bool Flags()
    {
        var on = true;
        for (; _at < text.Length; _at++)
        {
            switch (text[_at])
            {
                case 'i': _fold = on; break;
                case 'm': _lines = on; break;
                case 's': _dotAll = on; break;
                case 'U': break;
                case '-' when on: on = false; break;
                case ':' or ')':
                    return text[_at++] == ':';
                default:
                    throw new PatternSyntaxException("it uses a group that RE2 does not have");
            }
        }

        throw new PatternSyntaxException("a group is not closed");
    }

    private PatternNode Escape()
    {
        var c = _at + 1 < text.Length ? text[_at + 1] : throw new PatternSyntaxException("it ends with a backslash");
        PatternOp? place = c switch
        {
            'A' => PatternOp.TextStart,
            'z' => PatternOp.TextEnd,
            'b' => PatternOp.WordEdge,
            'B' => PatternOp.NoWordEdge,
            _ => null,
        };
        if (place is not null)
        {
            _at += 2;
            return new PatternNode.Place(place.Value);
        }

        return _sets.TrySet(ref _at, _fold) is { } set ? new PatternNode.One(set) : Literal(_sets.Escaped(ref _at));
    }

    private void Quoted(List<PatternNode> parts)
    {
        var end = text.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
        foreach (var rune in text[(_at + 2)..(end < 0 ? text.Length : end)].EnumerateRunes())
            parts.Add(Literal(rune.Value));
        _at = end < 0 ? text.Length : end + 2;
        if (parts.Count == 0)
            return;
        var last = parts[^1];
        parts[^1] = Repeated(last);
    }

    private PatternNode.One Literal(int codePoint) => new(new PatternClass([(codePoint, codePoint)], 0, negated: false, _fold));

    private bool Starts(string part) => string.CompareOrdinal(text, _at, part, 0, part.Length) == 0;
}
