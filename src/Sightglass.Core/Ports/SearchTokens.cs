using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sightglass.Core.Ports;

/// <summary>What a search goes by: the words of an execution's names, input, error and labels, and its labels as such.</summary>
/// <remarks>
/// A word is a run of letters and digits in lower case; marks and the diacritics of Latin letters count for nothing, and a
/// character of a script without spaces is a word of its own. All stores search by these tokens, so that the same text finds
/// the same executions in each; nothing of it is syntax. A token is made of ASCII letters and digits and of characters
/// beyond ASCII: <c>w</c> and a word, <c>l</c> and the hash of a label, <c>n</c> and the hash of a label's name.
/// </remarks>
public static class SearchTokens
{
    /// <summary>The most different tokens of an execution that are searched; the rest of its input is not.</summary>
    public const int MaxTokens = 1000;

    /// <summary>The most characters of a word that count.</summary>
    public const int MaxWordChars = 48;

    // U+00C0 to U+017F without what stands above or below the letters.
    private const string Latin =
        "aaaaaaæceeeeiiiiðnooooo×ouuuuyþßaaaaaaæceeeeiiiiðnooooo÷ouuuuyþy"
        + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiĳĳjjkkĸlllllll"
        + "lllnnnnnnŉŋŋooooooœœrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    /// <summary>Gives what an execution is found by from its creation on: its names, labels and input.</summary>
    /// <param name="summary">The summary that it was created with.</param>
    public static IReadOnlyCollection<string> OfCreation(ExecutionSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in summary.Labels)
        {
            found.Add(OfLabel(name, null));
            found.Add(OfLabel(name, value));
        }

        AddWords(summary.PipelineName, found);
        AddWords(summary.PipelineId, found);
        AddWords(summary.ExternalId, found);
        foreach (var (name, value) in summary.Labels)
        {
            AddWords(name, found);
            AddWords(value, found);
        }

        if (summary.Input is { } input) AddWords(input.Kind == ExcerptKind.Json ? WithoutEscapes(input.Text) : input.Text, found);
        else AddWords(summary.InputPreview, found);
        return found;
    }

    /// <summary>Gives the tokens of a text.</summary>
    /// <param name="text">The text; whatever it holds, it is text.</param>
    public static IReadOnlyCollection<string> OfText(string? text)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        AddWords(text, found);
        return found;
    }

    /// <summary>Gives the token of a label.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value; <see langword="null"/> for any.</param>
    public static string OfLabel(string name, string? value) => value is null ? "n" + HashOf(name) : "l" + HashOf(name + "\0" + value);

    /// <summary>Gives what a query asks for; an execution is found that has all of it.</summary>
    /// <param name="query">The query.</param>
    public static IReadOnlyCollection<string> OfQuery(ExecutionQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var found = new HashSet<string>(OfText(query.Text), StringComparer.Ordinal);
        foreach (var label in query.Labels) found.Add(OfLabel(label.Name, label.Value));
        return found;
    }

    /// <summary>Tells whether a query asks for a text without a word, which nothing has.</summary>
    /// <param name="query">The query.</param>
    public static bool FindsNothing(ExecutionQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return query.Text is not null && OfText(query.Text).Count == 0;
    }

    /// <summary>Gives 20 hexadecimal digits that stand for a name, whatever characters it has.</summary>
    /// <param name="name">The name.</param>
    public static string HashOf(string name)
    {
        const int Bytes = 10;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);
        return Convert.ToHexStringLower(hash[..Bytes]);
    }

    private static void AddWords(string? text, HashSet<string> found)
    {
        if (string.IsNullOrEmpty(text)) return;
        Span<char> word = stackalloc char[MaxWordChars + 3];
        word[0] = 'w';
        var length = 1;
        foreach (var rune in text.EnumerateRunes())
        {
            if (found.Count >= MaxTokens) return;
            if (IsMark(rune)) continue;
            if (!Rune.IsLetterOrDigit(rune))
            {
                End(word, ref length);
                continue;
            }

            var isAlone = IsWithoutSpaces(rune.Value);
            if (isAlone) End(word, ref length);
            if (length <= MaxWordChars) length += Folded(rune).EncodeToUtf16(word[length..]);
            if (isAlone) End(word, ref length);
        }

        End(word, ref length);

        void End(ReadOnlySpan<char> letters, ref int count)
        {
            if (count > 1) found.Add(letters[..count].ToString());
            count = 1;
        }
    }

    private static Rune Folded(Rune rune)
    {
        if (rune.Value is >= 0xC0 and < 0x180) rune = new Rune(Latin[rune.Value - 0xC0]);
        return Rune.ToLowerInvariant(rune);
    }

    private static bool IsMark(Rune rune) =>
        !rune.IsAscii && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;

    // Chinese characters and Japanese syllables.
    private static bool IsWithoutSpaces(int rune) => rune is (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);

    // In JSON a line break is a backslash and a letter, which would grow onto the next word.
    private static string WithoutEscapes(string json)
    {
        if (!json.Contains('\\', StringComparison.Ordinal)) return json;
        var text = new StringBuilder(json.Length);
        for (var i = 0; i < json.Length; i++)
        {
            if (json[i] != '\\' || i + 1 == json.Length)
            {
                text.Append(json[i]);
            }
            else if (json[++i] == 'u' && i + 4 < json.Length && ushort.TryParse(json.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            {
                text.Append((char)unit);
                i += 4;
            }
            else
            {
                text.Append(' ');
            }
        }

        return text.ToString();
    }
}
