using System.Globalization;
using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>Rewrites an RE2 pattern for .NET where the two read the same text differently, and estimates its automaton.</summary>
internal sealed class Re2Pattern(string pattern)
{
    internal const int MaxLength = 1000;
    private const int MaxSize = 2000;

    private readonly StringBuilder _output = new(pattern.Length + 16);
    private readonly Stack<(long Size, Flags Flags)> _groups = new();
    private int _at;
    private long _size;
    private long _last;
    private Flags _flags;

    /// <summary>Gives null or what is wrong with the pattern.</summary>
    internal static string? TryTranslate(string pattern, out string translated, out int size)
    {
        translated = "";
        size = 0;
        if (pattern.Length > MaxLength)
            return $"it has {pattern.Length} characters: at most {MaxLength} are allowed";
        var rewriter = new Re2Pattern(pattern);
        var problem = rewriter.Run();
        translated = rewriter._output.ToString();
        size = (int)Math.Min(rewriter._size, int.MaxValue);
        return problem ?? (size > MaxSize ? "its repetitions make it too large" : null);
    }

    private string? Run()
    {
        while (_at < pattern.Length)
        {
            var c = pattern[_at];
            var problem = c switch
            {
                '\\' => Escape(),
                '[' => Class(),
                '(' => Open(),
                ')' => Close(),
                '{' => Count(),
                '$' => Atom(_flags.Multiline ? "$" : "\\z", 1),
                '^' => Atom("^", 1),
                '.' => Atom(_flags.DotAll ? Re2Class.Any : Re2Class.AnyButNewline, 1),
                _ => Copy(),
            };
            if (problem is not null)
                return problem;
            if (_size > MaxSize)
                return "its repetitions make it too large";
        }

        return null;
    }

    private string? Atom(string text, int length)
    {
        _output.Append(text);
        _at += length;
        _last = 1;
        _size++;
        return null;
    }

    private string? Copy()
    {
        var c = pattern[_at++];
        if (char.IsHighSurrogate(c) && _at < pattern.Length && char.IsLowSurrogate(pattern[_at]))
            _output.Append(Re2Class.Group(new Rune(c, pattern[_at++])));
        else
            _output.Append(c);
        if (c is not ('*' or '+' or '?' or '|'))
        {
            _last = 1;
            _size++;
        }

        return null;
    }

    private string? Open()
    {
        var inner = _flags;
        if (Starts("(?P<"))
        {
            _output.Append("(?<");
            _at += 4;
        }
        else if (Starts("(?<") && !Starts("(?<=") && !Starts("(?<!"))
        {
            _output.Append("(?<");
            _at += 3;
        }
        else if (Starts("(?"))
        {
            var end = _at + 2;
            while (end < pattern.Length && (char.IsAsciiLetter(pattern[end]) || pattern[end] == '-'))
                end++;
            var flags = pattern[(_at + 2)..end];
            if (end >= pattern.Length || pattern[end] is not (')' or ':') || flags.AsSpan().ContainsAnyExcept("ims-") || flags.Count(f => f == '-') > 1)
                return "it uses a group that RE2 does not have";
            inner = inner.With(flags);
            _output.Append(pattern, _at, end + 1 - _at);
            _at = end + 1;
            if (pattern[end] == ')')
            {
                _flags = inner;
                return null;
            }
        }
        else
        {
            _output.Append('(');
            _at++;
        }

        _groups.Push((_size, _flags));
        _flags = inner;
        return null;
    }

    private string? Close()
    {
        if (!_groups.TryPop(out var group))
            return "it closes a group that is not open";
        _output.Append(')');
        _at++;
        _last = Math.Max(1, _size - group.Size);
        _flags = group.Flags;
        return null;
    }

    private string? Count()
    {
        var end = pattern.IndexOf('}', _at);
        var parts = end < 0 ? [] : pattern[(_at + 1)..end].Split(',');
        if (parts.Length is 0 or > 2 || !IsNumber(parts[0]) || (parts.Length == 2 && parts[1].Length > 0 && !IsNumber(parts[1])))
        {
            _output.Append("\\{");
            _at++;
            _last = 1;
            _size++;
            return null;
        }

        var most = int.Parse(parts[^1].Length > 0 ? parts[^1] : parts[0], CultureInfo.InvariantCulture);
        if (most > 1000)
            return "a repetition count is over 1000";
        _size += _last * Math.Max(0, most - 1L);
        _last *= Math.Max(1, most);
        _output.Append(pattern, _at, end + 1 - _at);
        _at = end + 1;
        return null;
    }

    private static bool IsNumber(string text) => text.Length is > 0 and <= 4 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');

    private string? Class()
    {
        var problem = Re2Class.TryTranslate(pattern, ref _at, out var translated);
        _output.Append(translated);
        _last = 1;
        _size++;
        return problem;
    }

    private string? Escape()
    {
        if (_at + 1 >= pattern.Length)
            return "it ends with a backslash";
        var c = pattern[_at + 1];
        if (c == 'Q')
            return Quoted();
        _at += 2;
        _last = 1;
        _size++;
        if (Re2Class.Shorthand(c) is { } shorthand)
            _output.Append(shorthand);
        else if (c is 'p' or 'P' && _at < pattern.Length && pattern[_at] != '{')
            _output.Append('\\').Append(c).Append('{').Append(pattern[_at++]).Append('}');
        else if (c == 'x' && _at < pattern.Length && pattern[_at] == '{')
            return CodePoint();
        else if (c is 'Z' or 'G' or 'k' or 'R' or 'X' or 'C' or (>= '1' and <= '9'))
            return $"RE2 has no escape '\\{c}'";
        else
            _output.Append('\\').Append(c);
        return null;
    }

    private string? CodePoint()
    {
        var end = pattern.IndexOf('}', _at);
        if (end < 0 || !int.TryParse(pattern.AsSpan(_at + 1, end - _at - 1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            || !Rune.TryCreate(number, out var rune))
            return "it names a code point that does not exist";
        _output.Append(Re2Class.Group(rune));
        _at = end + 1;
        return null;
    }

    private string? Quoted()
    {
        var end = pattern.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
        var text = end < 0 ? pattern[(_at + 2)..] : pattern[(_at + 2)..end];
        foreach (var c in text)
            _output.Append(c is ']' or '}' ? $"\\{c}" : System.Text.RegularExpressions.Regex.Escape(c.ToString()));
        _size += text.Length;
        _last = 1;
        _at = end < 0 ? pattern.Length : end + 2;
        return null;
    }

    private bool Starts(string text) => string.CompareOrdinal(pattern, _at, text, 0, text.Length) == 0;

    private readonly record struct Flags(bool Multiline, bool DotAll)
    {
        internal Flags With(string letters)
        {
            var off = letters.IndexOf('-', StringComparison.Ordinal) is var at && at >= 0 ? letters[at..] : "";
            var on = letters[..(letters.Length - off.Length)];
            return new Flags(Is(on, off, 'm', Multiline), Is(on, off, 's', DotAll));
        }

        private static bool Is(string on, string off, char letter, bool before) =>
            (before || on.Contains(letter, StringComparison.Ordinal)) && !off.Contains(letter, StringComparison.Ordinal);
    }
}
