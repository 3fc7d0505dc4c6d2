using System.Globalization;
using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>Rewrites an RE2 pattern for .NET where the two read the same text differently, and estimates its automaton.</summary>
internal sealed class Re2Pattern(string pattern)
{
    internal const int MaxLength = 1000;
    private const int MaxSize = 2000;

    private static readonly Dictionary<string, string> PosixClasses = new(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z", ["alpha"] = "A-Za-z", ["ascii"] = @"\x00-\x7F", ["blank"] = @"\t ", ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9", ["graph"] = "!-~", ["lower"] = "a-z", ["print"] = " -~", ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ", ["upper"] = "A-Z", ["word"] = "0-9A-Za-z_", ["xdigit"] = "0-9A-Fa-f",
    };

    private readonly StringBuilder _output = new(pattern.Length + 16);
    private readonly Stack<(long Size, bool Multiline)> _groups = new();
    private int _at;
    private long _size;
    private long _last;
    private bool _multiline;

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
                '\\' => Escape(inClass: false),
                '[' => Class(),
                '(' => Open(),
                ')' => Close(),
                '{' => Count(),
                '$' => Atom(_multiline ? "$" : "\\z", 1),
                '^' => Atom("^", 1),
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
        var multiline = _multiline;
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
            var on = flags.Split('-')[0];
            multiline = (multiline || on.Contains('m', StringComparison.Ordinal)) && !(flags.Contains('-', StringComparison.Ordinal) && flags.Split('-')[1].Contains('m', StringComparison.Ordinal));
            _output.Append(pattern, _at, end + 1 - _at);
            _at = end + 1;
            if (pattern[end] == ')')
            {
                _multiline = multiline;
                return null;
            }
        }
        else
        {
            _output.Append('(');
            _at++;
        }

        _groups.Push((_size, _multiline));
        _multiline = multiline;
        return null;
    }

    private string? Close()
    {
        if (!_groups.TryPop(out var group))
            return "it closes a group that is not open";
        _output.Append(')');
        _at++;
        _last = Math.Max(1, _size - group.Size);
        _multiline = group.Multiline;
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
        _output.Append('[');
        _at++;
        if (_at < pattern.Length && pattern[_at] == '^')
            Take();
        var first = true;
        while (_at < pattern.Length && (pattern[_at] != ']' || first))
        {
            first = false;
            if (Starts("[:"))
            {
                var end = pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal);
                if (end < 0 || !PosixClasses.TryGetValue(pattern[(_at + 2)..end], out var ranges))
                    return "it names an unknown character class";
                _output.Append(ranges);
                _at = end + 2;
            }
            else if (pattern[_at] == '\\')
            {
                if (Escape(inClass: true) is { } problem)
                    return problem;
            }
            else if (pattern[_at] is '[' or ']')
            {
                _output.Append('\\');
                Take();
            }
            else
            {
                Take();
            }
        }

        if (_at >= pattern.Length)
            return "a character class is not closed";
        Take();
        _last = 1;
        _size++;
        return null;
    }

    private string? Escape(bool inClass)
    {
        if (_at + 1 >= pattern.Length)
            return "it ends with a backslash";
        var c = pattern[_at + 1];
        if (c == 'Q' && !inClass)
            return Quoted();
        _at += 2;
        var shorthand = (c, inClass) switch
        {
            ('d', true) => "0-9",
            ('w', true) => "0-9A-Za-z_",
            ('s', true) => @"\t\n\f\r ",
            ('d', false) => "[0-9]",
            ('w', false) => "[0-9A-Za-z_]",
            ('s', false) => @"[\t\n\f\r ]",
            ('D', false) => "[^0-9]",
            ('W', false) => "[^0-9A-Za-z_]",
            ('S', false) => @"[^\t\n\f\r ]",
            _ => null,
        };
        if (!inClass)
        {
            _last = 1;
            _size++;
        }

        if (shorthand is not null)
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
        foreach (var unit in rune.ToString())
            _output.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
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

    private void Take() => _output.Append(pattern[_at++]);

    private bool Starts(string text) => string.CompareOrdinal(pattern, _at, text, 0, text.Length) == 0;
}
