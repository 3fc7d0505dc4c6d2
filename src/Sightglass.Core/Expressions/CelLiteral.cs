using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>Reads string and bytes literals with their escapes.</summary>
internal static class CelLiteral
{
    internal static CelValue Read(string text, ref int at, bool isBytes, bool isRaw)
    {
        var start = at;
        var quote = text[at];
        var close = IsTriple(text, at, quote) ? 3 : 1;
        at += close;
        var content = new StringBuilder();
        var bytes = isBytes ? new List<byte>() : null;
        while (true)
        {
            if (at >= text.Length)
                throw new CelSyntaxException(start, "the string is not closed");
            var c = text[at];
            if (c == quote && (close == 1 || IsTriple(text, at, quote)))
                break;
            if (close == 1 && c is '\n' or '\r')
                throw new CelSyntaxException(start, "the string is not closed on its line: use three quotes for several lines");
            if (c == '\\' && !isRaw)
                Escape(text, ref at, content, bytes);
            else
                AppendRune(text, ref at, content, bytes);
        }

        at += close;
        return bytes is null ? CelValue.String(content.ToString()) : CelValue.FromBytes([.. bytes]);
    }

    private static bool IsTriple(string text, int at, char quote) =>
        at + 2 < text.Length && text[at] == quote && text[at + 1] == quote && text[at + 2] == quote;

    private static void AppendRune(string text, ref int at, StringBuilder content, List<byte>? bytes)
    {
        // A lone surrogate cannot be written as UTF-8; it becomes the replacement character here and now.
        _ = Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var consumed);
        at += consumed;
        Append(rune, content, bytes);
    }

    private static void Append(Rune rune, StringBuilder content, List<byte>? bytes)
    {
        Span<byte> utf8 = stackalloc byte[4];
        Span<char> utf16 = stackalloc char[2];
        if (bytes is null)
            content.Append(utf16[..rune.EncodeToUtf16(utf16)]);
        else
            bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    private static void Escape(string text, ref int at, StringBuilder content, List<byte>? bytes)
    {
        var start = at;
        var c = at + 1 < text.Length ? text[at + 1] : '\0';
        at += 2;
        switch (c)
        {
            case 'a': Append(new Rune('\a'), content, bytes); return;
            case 'b': Append(new Rune('\b'), content, bytes); return;
            case 'f': Append(new Rune('\f'), content, bytes); return;
            case 'n': Append(new Rune('\n'), content, bytes); return;
            case 'r': Append(new Rune('\r'), content, bytes); return;
            case 't': Append(new Rune('\t'), content, bytes); return;
            case 'v': Append(new Rune('\v'), content, bytes); return;
            case '\\' or '?' or '"' or '\'' or '`': Append(new Rune(c), content, bytes); return;
            case 'x' or 'X': AppendNumber(text, ref at, start, 2, 16, isOctet: true, content, bytes); return;
            case 'u': AppendNumber(text, ref at, start, 4, 16, isOctet: false, content, bytes); return;
            case 'U': AppendNumber(text, ref at, start, 8, 16, isOctet: false, content, bytes); return;
            case >= '0' and <= '3':
                at--;
                AppendNumber(text, ref at, start, 3, 8, isOctet: true, content, bytes);
                return;
            default:
                throw new CelSyntaxException(start, bytes is null ? "unknown escape in a string" : "unknown escape in bytes");
        }
    }

    private static void AppendNumber(string text, ref int at, int start, int digits, int radix, bool isOctet, StringBuilder content, List<byte>? bytes)
    {
        uint number = 0;
        for (var i = 0; i < digits; i++, at++)
        {
            var digit = at < text.Length && char.IsAsciiHexDigit(text[at]) ? Convert.ToUInt32(text[at].ToString(), 16) : 99;
            if (digit >= radix)
                throw new CelSyntaxException(start, $"the escape needs {digits} {(radix == 8 ? "octal" : "hexadecimal")} digits");
            number = (number * (uint)radix) + digit;
        }

        if (isOctet && bytes is not null)
            bytes.Add((byte)number);
        else if (Rune.IsValid(number))
            Append(new Rune(number), content, bytes);
        else
            throw new CelSyntaxException(start, "the escape is not a Unicode code point");
    }
}
