using System.Runtime.InteropServices;
using System.Text.Json;

namespace Sightglass.Core.Expressions;

/// <summary>
/// Reads texts of JSON, which may escape half of a surrogate pair, as programs do that cut a text through a character: JSON
/// allows it, no text can hold it, and .NET throws when it is read. Half of a pair becomes U+FFFD.
/// </summary>
internal static class JsonText
{
    private const int EscapeLength = 6;

    /// <summary>The text of a string.</summary>
    internal static string Of(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException) when (element.ValueKind == JsonValueKind.String)
        {
            return Unquote(JsonMarshal.GetRawUtf8Value(element).ToArray());
        }
    }

    /// <summary>The name of a member.</summary>
    internal static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Unquote([(byte)'"', .. JsonMarshal.GetRawUtf8PropertyName(property), (byte)'"']);
        }
    }

    /// <summary>Gives JSON, or what may be JSON, whose texts can all be read; the same bytes where nothing had to change.</summary>
    internal static ReadOnlyMemory<byte> Mend(ReadOnlyMemory<byte> json)
    {
        byte[]? mended = null;
        var text = json.Span;
        for (var at = text.IndexOf((byte)'\\'); at >= 0 && at + 1 < text.Length;)
        {
            var half = HalfAt(text, at);
            var length = half is null ? 2 : EscapeLength;
            if (half is { } high && char.IsHighSurrogate(high) && HalfAt(text, at + EscapeLength) is { } low && char.IsLowSurrogate(low))
            {
                length = EscapeLength * 2;
            }
            else if (half is not null)
            {
                mended ??= json.ToArray();
                "\\ufffd"u8.CopyTo(mended.AsSpan(at));
            }

            at += length;
            var next = at < text.Length ? text[at..].IndexOf((byte)'\\') : -1;
            at = next < 0 ? -1 : at + next;
        }

        return mended ?? json;
    }

    private static string Unquote(byte[] quoted)
    {
        using var document = JsonDocument.Parse(Mend(quoted));
        return document.RootElement.GetString()!;
    }

    private static char? HalfAt(ReadOnlySpan<byte> text, int at)
    {
        if (at + EscapeLength > text.Length || text[at] != '\\' || text[at + 1] != 'u')
            return null;
        var unit = 0;
        foreach (var digit in text.Slice(at + 2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return null;
            unit = (unit << 4) + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return char.IsSurrogate((char)unit) ? (char)unit : null;
    }
}
