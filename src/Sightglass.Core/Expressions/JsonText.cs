using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Sightglass.Core.Expressions;

/// <summary>Reads texts of JSON, which may escape half of a surrogate pair: JSON allows it and no text can hold it.</summary>
internal static class JsonText
{
    /// <summary>The text of a string; half of a pair becomes U+FFFD.</summary>
    internal static string Of(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException) when (element.ValueKind == JsonValueKind.String)
        {
            return Mended(JsonMarshal.GetRawUtf8Value(element));
        }
    }

    /// <summary>The name of a member; half of a pair becomes U+FFFD.</summary>
    internal static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Mended([(byte)'"', .. JsonMarshal.GetRawUtf8PropertyName(property), (byte)'"']);
        }
    }

    private static string Mended(ReadOnlySpan<byte> quoted)
    {
        var text = Encoding.UTF8.GetString(quoted);
        var mended = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var half = text[i] == '\\' ? Half(text, i) : null;
            if (half is { } high && char.IsHighSurrogate(high) && Half(text, i + 6) is { } low && char.IsLowSurrogate(low))
            {
                mended.Append(text, i, 12);
                i += 11;
            }
            else if (half is not null)
            {
                mended.Append("\\ufffd");
                i += 5;
            }
            else
            {
                mended.Append(text[i]);
                // What follows a backslash is no backslash of its own.
                if (text[i] == '\\')
                    mended.Append(text[++i]);
            }
        }

        using var document = JsonDocument.Parse(mended.ToString());
        return document.RootElement.GetString()!;
    }

    private static char? Half(string text, int at)
    {
        if (at + 5 >= text.Length || text[at] != '\\' || text[at + 1] != 'u')
            return null;
        var unit = (char)Convert.ToUInt16(text.Substring(at + 2, 4), 16);
        return char.IsSurrogate(unit) ? unit : null;
    }
}
