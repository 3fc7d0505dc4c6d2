using System.Buffers;
using System.Text;

namespace Sightglass.Cli.LiveView;

/// <summary>Makes foreign text fit for a terminal: colour may stay, everything else that a terminal would obey goes.</summary>
internal static class TerminalText
{
    private const char Escape = '\e';

    private static readonly SearchValues<char> ColorParameters = SearchValues.Create("0123456789;:");

    /// <summary>Removes control characters and escape sequences.</summary>
    /// <param name="text">What a stage printed, or any other text that is not ours.</param>
    /// <param name="keepColor">Whether colour sequences (<c>ESC [ … m</c>) stay.</param>
    public static string Clean(string text, bool keepColor = false)
    {
        if (!NeedsCleaning(text)) return text;
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var letter = text[i];
            if (letter == Escape)
            {
                var length = SequenceLength(text.AsSpan(i));
                if (keepColor && IsColor(text.AsSpan(i, length))) clean.Append(text, i, length);
                i += length;
                continue;
            }

            if (letter == '\t') clean.Append("    ");
            else if (!IsUnsafe(letter)) clean.Append(letter);
            i++;
        }

        return clean.ToString();
    }

    /// <summary>Gets how many columns a text takes, colour sequences not counted.</summary>
    public static int Width(string text)
    {
        var width = 0;
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == Escape)
            {
                i += SequenceLength(text.AsSpan(i));
                continue;
            }

            _ = Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used);
            width += RuneWidth.Of(rune);
            i += used;
        }

        return width;
    }

    /// <summary>Cuts a text to a number of columns; what was cut ends in an ellipsis, and colour is switched off after it.</summary>
    public static string Fit(string text, int columns)
    {
        if (columns <= 0) return "";
        if (text.Length <= columns && !text.Contains(Escape) && Ascii.IsValid(text)) return text;
        var whole = Width(text);
        if (whole <= columns) return text;
        var cut = new StringBuilder(text.Length);
        var width = 0;
        var colored = false;
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == Escape)
            {
                var length = SequenceLength(text.AsSpan(i));
                cut.Append(text, i, length);
                colored = true;
                i += length;
                continue;
            }

            _ = Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used);
            var next = RuneWidth.Of(rune);
            if (width + next > columns - 1) break;
            cut.Append(text, i, used);
            width += next;
            i += used;
        }

        cut.Append('…');
        if (colored) cut.Append("\e[0m");
        return cut.ToString();
    }

    /// <summary>Splits a text without sequences into lines of at most a number of columns.</summary>
    public static List<string> Wrap(string text, int columns)
    {
        var lines = new List<string>();
        var (start, width) = (0, 0);
        for (var i = 0; i < text.Length;)
        {
            _ = Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var used);
            var next = RuneWidth.Of(rune);
            if (width + next > columns && i > start)
            {
                lines.Add(text[start..i]);
                (start, width) = (i, 0);
            }

            width += next;
            i += used;
        }

        lines.Add(text[start..]);
        return lines;
    }

    private static bool NeedsCleaning(string text)
    {
        foreach (var letter in text)
        {
            if (letter == '\t' || IsUnsafe(letter)) return true;
        }

        return false;
    }

    // Besides the control characters: marks that change the direction of what follows, and half surrogates.
    private static bool IsUnsafe(char letter) =>
        char.IsControl(letter) || letter is '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF';

    private static bool IsColor(ReadOnlySpan<char> sequence) =>
        sequence.Length >= 3 && sequence[1] == '[' && sequence[^1] == 'm' && sequence[2..^1].IndexOfAnyExcept(ColorParameters) < 0;

    /// <summary>Gets the length of the escape sequence that a text begins with, whatever its kind.</summary>
    private static int SequenceLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2) return 1;
        switch (text[1])
        {
            case '[':
                for (var i = 2; i < text.Length; i++)
                {
                    if (text[i] is >= '@' and <= '~') return i + 1;
                    if (text[i] is < ' ' or > '~') return i;
                }

                return text.Length;
            case ']' or 'P' or 'X' or '^' or '_':
                // Texts up to their terminator: window titles, links, and worse.
                for (var i = 2; i < text.Length; i++)
                {
                    if (text[i] == '\a') return i + 1;
                    if (text[i] == Escape) return i + 1 < text.Length && text[i + 1] == '\\' ? i + 2 : i;
                }

                return text.Length;
            case >= ' ' and <= '/': return Math.Min(3, text.Length);
            case >= '0' and <= '~': return 2;
            default: return 1;
        }
    }
}
