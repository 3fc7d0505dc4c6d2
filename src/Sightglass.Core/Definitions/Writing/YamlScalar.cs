using System.Globalization;
using System.Text;

namespace Sightglass.Core.Definitions;

/// <summary>Chooses how a text is written in YAML, so that it is read as the same text.</summary>
internal static class YamlScalar
{
    // Texts here, truth values to the many tools that still read YAML 1.1.
    private static readonly HashSet<string> OldTruths = new(StringComparer.OrdinalIgnoreCase) { "y", "n", "yes", "no", "on", "off" };

    /// <summary>Tells whether a text is best written as a block of lines.</summary>
    public static bool IsLiteral(string text) =>
        text.Contains('\n', StringComparison.Ordinal)
        && text[0] is not (' ' or '\t' or '\n')
        && !text.EndsWith("\n\n", StringComparison.Ordinal)
        && IsPrintable(text.Replace("\n", "", StringComparison.Ordinal));

    /// <summary>Writes a text in one line: plain where nothing in it means anything to YAML, else in quotes.</summary>
    public static string Inline(string text)
    {
        if (IsPlain(text)) return text;
        var isSingle = (text.Contains('"', StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal)) && IsPrintable(text);
        return isSingle ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : Quote(text);
    }

    private static bool IsPlain(string text)
    {
        if (text.Length is 0 or > 200 || OldTruths.Contains(text) || PlainScalar.KindOf(text) != SourceKind.Text) return false;
        var first = text[0];
        var isPath = first == '.' && text.Length > 1 && text[1] == '/';
        if (!(char.IsLetterOrDigit(first) || first is '_' or '/' || isPath) || text[^1] == ' ') return false;
        for (var i = 1; i < text.Length; i++)
        {
            var letter = text[i];
            if (char.IsLetterOrDigit(letter)) continue;

            // Not '*' either: the parser takes 'a *b:' for an alias used as a key.
            if (letter is <= '\u001F' or >= '\u007F' or '{' or '}' or '[' or ']' or ',' or '#' or '*') return false;
            if (letter == ':' && (i + 1 == text.Length || !(char.IsLetterOrDigit(text[i + 1]) || text[i + 1] == '/'))) return false;
        }

        return true;
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            switch (letter)
            {
                case '"':
                    quoted.Append("\\\"");
                    break;
                case '\\':
                    quoted.Append(@"\\");
                    break;
                case '\n':
                    quoted.Append("\\n");
                    break;
                case '\t':
                    quoted.Append("\\t");
                    break;
                default:
                    var pair = i + 1 < text.Length && char.IsSurrogatePair(letter, text[i + 1]);
                    if (pair) quoted.Append(letter).Append(text[++i]);
                    else if (IsPrintable(letter)) quoted.Append(letter);
                    else quoted.Append("\\u").Append(((int)letter).ToString("X4", CultureInfo.InvariantCulture));
                    break;
            }
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsPrintable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else if (!IsPrintable(text[i])) return false;
        }

        return true;
    }

    // Not line and paragraph separators, byte order marks and the like: YAML breaks lines at some and forbids others.
    private static bool IsPrintable(char letter) =>
        letter is (>= ' ' and < '\u007F') or (> '\u00A0' and < '\u2000') or (> '\u206F' and < '\uD800') or (>= '\uE000' and < '\uFEFF') or (> '\uFEFF' and < '\uFFF0');
}
