using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>Counts and finds places in strings by code point, while .NET counts UTF-16 units.</summary>
internal static class CelCodePoints
{
    internal static int Count(string text)
    {
        var pairs = 0;
        if (!HasPairs(text))
            return text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i - 1], text[i]))
                pairs++;
        }

        return text.Length - pairs;
    }

    internal static bool HasPairs(string text) => text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0;

    /// <summary>The offset of a code point; -1 when the string is shorter. Its end counts as a place.</summary>
    internal static int ToOffset(string text, long index)
    {
        if (index < 0 || index > text.Length)
            return -1;
        if (!HasPairs(text))
            return (int)index;
        var at = 0;
        for (; index > 0 && at < text.Length; index--)
            at += at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;
        return index == 0 ? at : -1;
    }

    internal static long ToIndex(string text, int offset) => offset < 0 ? -1 : Count(text[..offset]);

    /// <summary>Charges for looking for a part, whose worst case is the product of the lengths.</summary>
    internal static bool ChargeSearch(EvalFrame frame, string text, string part) =>
        frame.Charge(CelWeight.OfLength(text.Length) * (1 + Math.Min(part.Length, text.Length - Math.Min(part.Length, text.Length)) / 64));

    internal static string Reverse(string text)
    {
        var reversed = new StringBuilder(text.Length);
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (i > 0 && char.IsSurrogatePair(text[i - 1], text[i]))
            {
                reversed.Append(text[i - 1]).Append(text[i]);
                i--;
            }
            else
            {
                reversed.Append(text[i]);
            }
        }

        return reversed.ToString();
    }
}
