using System.Globalization;
using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>The text forms of numbers, points in time and spans.</summary>
internal static class CelText
{
    /// <summary>The text of a scalar as <c>string()</c> gives it; also the JSON form of keys.</summary>
    internal static string Of(in CelValue value) => value.Kind switch
    {
        CelKind.Null => "null",
        CelKind.Bool => value.BoolUnsafe ? "true" : "false",
        CelKind.Int => value.IntUnsafe.ToString(CultureInfo.InvariantCulture),
        CelKind.Uint => value.UintUnsafe.ToString(CultureInfo.InvariantCulture),
        CelKind.Double => OfDouble(value.DoubleUnsafe),
        CelKind.String or CelKind.Type => value.StringUnsafe,
        CelKind.Timestamp => OfTimestamp(value.SecondsUnsafe, value.NanosUnsafe),
        CelKind.Duration => OfDuration(value.IntUnsafe),
        CelKind.Opaque => $"[secret {value.StringUnsafe}]",
        _ => value.TypeName,
    };

    /// <summary>Cuts what a message quotes, never through a character.</summary>
    internal static string Shorten(string text, int most = 100) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most), "…");

    /// <summary>The shortest digits that read back as the same number, with an exponent only where zeros would pile up.</summary>
    internal static string OfDouble(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "Infinity" : "-Infinity";
        var round = value.ToString("R", CultureInfo.InvariantCulture);
        return round.Contains('E', StringComparison.Ordinal) ? Respell(round) : round;
    }

    // .NET turns to exponents at 1E+15 and below 1E-05; up to 21 digits people read plain digits better.
    private static string Respell(string round)
    {
        var mark = round.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(round.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = round[0] == '-' ? "-" : "";
        var digits = round[sign.Length..mark].Replace(".", "", StringComparison.Ordinal);
        if (exponent is >= 0 and < 21)
            return sign + (digits.Length <= exponent + 1 ? digits.PadRight(exponent + 1, '0') : digits.Insert(exponent + 1, "."));
        if (exponent is < 0 and >= -7)
            return sign + "0." + new string('0', -exponent - 1) + digits;
        return $"{round[..mark]}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent):D2}";
    }

    internal static string OfTimestamp(long seconds, int nanos)
    {
        var text = new StringBuilder(30);
        text.Append(DateTime.UnixEpoch.AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        AppendFraction(text, nanos);
        return text.Append('Z').ToString();
    }

    internal static string OfDuration(long nanoseconds)
    {
        var text = new StringBuilder(24);
        if (nanoseconds < 0)
            text.Append('-');
        var magnitude = (ulong)(nanoseconds < 0 ? -(Int128)nanoseconds : nanoseconds);
        var (seconds, rest) = Math.DivRem(magnitude, 1_000_000_000UL);
        text.Append(seconds.ToString(CultureInfo.InvariantCulture));
        AppendFraction(text, (int)rest);
        return text.Append('s').ToString();
    }

    private static void AppendFraction(StringBuilder text, int nanos)
    {
        if (nanos != 0)
            text.Append('.').Append(nanos.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0'));
    }
}
