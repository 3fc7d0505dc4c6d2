using System.Globalization;

namespace Sightglass.Core.Definitions;

/// <summary>Tells what an unquoted YAML scalar is, by the core schema of YAML 1.2: <c>yes</c> and <c>on</c> are texts.</summary>
internal static class PlainScalar
{
    public static SourceKind KindOf(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return SourceKind.Null;
            case "true" or "True" or "TRUE" or "false" or "False" or "FALSE":
                return SourceKind.Boolean;
        }

        return ToJsonNumber(text) is null ? SourceKind.Text : SourceKind.Number;
    }

    /// <summary>Gives the JSON spelling of a YAML number, the same text where it is one already; null where it is none.</summary>
    /// <remarks>Infinity and "not a number" have no JSON spelling and stay text.</remarks>
    public static string? ToJsonNumber(string text)
    {
        if (text.Length is 0 or > 400 || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.')) return null;
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex) ? hex.ToString(CultureInfo.InvariantCulture) : null;
        }

        if (text.StartsWith("0o", StringComparison.Ordinal)) return Octal(text.AsSpan(2))?.ToString(CultureInfo.InvariantCulture);
        var at = text[0] is '-' or '+' ? 1 : 0;
        var whole = Digits(text, at);
        var fraction = 0;
        var end = at + whole;
        if (end < text.Length && text[end] == '.')
        {
            fraction = Digits(text, end + 1);
            end += 1 + fraction;
        }

        if (whole + fraction == 0) return null;
        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var sign = end + 1 < text.Length && text[end + 1] is '-' or '+' ? 1 : 0;
            var exponent = Digits(text, end + 1 + sign);
            if (exponent == 0) return null;
            end += 1 + sign + exponent;
        }

        if (end != text.Length) return null;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value)) return null;
        var mantissa = at + whole;
        var isJson = text[0] != '+' && whole > 0 && (whole == 1 || text[at] != '0') && !(mantissa < text.Length && text[mantissa] == '.' && fraction == 0);
        if (isJson) return text;
        var digits = text.AsSpan(at, whole).TrimStart('0');
        var hasDot = mantissa < text.Length && text[mantissa] == '.';
        var exponentAt = hasDot ? mantissa + 1 + fraction : mantissa;
        return string.Concat(
            text[0] == '-' ? "-" : "",
            digits.IsEmpty ? "0" : digits,
            fraction == 0 ? "" : text.AsSpan(mantissa, fraction + 1),
            text.AsSpan(exponentAt));
    }

    private static int Digits(string text, int from)
    {
        var count = 0;
        while (from + count < text.Length && char.IsAsciiDigit(text[from + count])) count++;
        return count;
    }

    private static long? Octal(ReadOnlySpan<char> digits)
    {
        if (digits.Length is 0 or > 20) return null;
        long value = 0;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7') return null;
            value = value * 8 + (digit - '0');
        }

        return value;
    }
}
