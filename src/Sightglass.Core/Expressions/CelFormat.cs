using System.Buffers;
using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>The <c>format</c> method: <c>%s %d %f %e %x %X %o %b %%</c>.</summary>
internal static class CelFormat
{
    // Doubles are written digit by digit from numbers of up to a thousand bits.
    private const int ExactDigits = 50;

    internal static CelValue Format(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind != CelKind.String || args[1].Kind != CelKind.List)
            return CelFunction.Wrong("format", "(string, list)", args);
        var text = args[0].StringUnsafe;
        if (!frame.ChargeText(text.Length))
            return CelFault.Budget();
        var output = new StringBuilder(text.Length);
        var next = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                output.Append(text[i]);
                continue;
            }

            if (++i < text.Length && text[i] == '%')
            {
                output.Append('%');
                continue;
            }

            var precision = 6;
            if (i < text.Length && text[i] == '.' && !TryPrecision(text, ref i, out precision))
                return Unparsed($"the precision must be a number up to {CelLimits.MaxPrecision}");
            if (i >= text.Length)
                return Unparsed("unexpected end of string");
            if (!"sdfexXob".Contains(text[i], StringComparison.Ordinal))
                return Unparsed($"unrecognized formatting clause \"{text[i]}\"");
            if (next >= args[1].ListUnsafe.Count)
                return CelFault.Of(CelErrorCodes.InvalidArgument, $"index {next} out of range");
            var value = args[1].ListUnsafe[next++];
            if (value.Kind == CelKind.Opaque)
                return CelFault.Secret();
            var before = output.Length;
            // Each level of nested maps is copied once more.
            if (!frame.Charge((value.Weight * (1 + value.Depth)) + (text[i] is 'e' or 'f' ? ExactDigits : 0)))
                return CelFault.Budget();
            var fault = Clause(output, text[i], value, precision);
            if (fault.IsFault)
                return fault;
            if (!frame.ChargeText(output.Length - before))
                return CelFault.Budget();
        }

        return CelValue.String(output.ToString());
    }

    private static bool TryPrecision(string text, ref int at, out int precision)
    {
        precision = 0;
        var start = ++at;
        while (at < text.Length && char.IsAsciiDigit(text[at]) && at - start < 4)
            precision = (precision * 10) + (text[at++] - '0');
        return at > start && precision <= CelLimits.MaxPrecision;
    }

    private static CelValue Clause(StringBuilder output, char clause, in CelValue value, int precision)
    {
        var isWhole = value.Kind is CelKind.Int or CelKind.Uint;
        var isSpecial = value.Kind == CelKind.Double && !double.IsFinite(value.DoubleUnsafe);
        switch (clause)
        {
            case 's':
                return Text(output, value);
            case 'd':
                if (!isWhole && value.Kind != CelKind.Double)
                    return Wrong("decimal clause can only be used on integers", value);
                output.Append(CelText.Of(value));
                return default;
            case 'f':
            case 'e':
                if (!isWhole && value.Kind != CelKind.Double)
                    return Wrong(clause == 'f' ? "fixed-point clause can only be used on doubles" : "scientific clause can only be used on doubles", value);
                output.Append(isSpecial ? CelText.Of(value) : CelDecimal.Of(value, precision, scientific: clause == 'e'));
                return default;
            case 'b':
                if (value.Kind == CelKind.Bool)
                    output.Append(value.BoolUnsafe ? '1' : '0');
                else if (isWhole)
                    output.Append(InRadix(value, 2));
                else
                    return Wrong("only integers and bools can be formatted as binary", value);
                return default;
            case 'o':
                if (!isWhole)
                    return Wrong("octal clause can only be used on integers", value);
                output.Append(InRadix(value, 8));
                return default;
            default:
                return Hexadecimal(output, value, clause == 'X');
        }
    }

    private static CelValue Hexadecimal(StringBuilder output, in CelValue value, bool upper)
    {
        string text;
        switch (value.Kind)
        {
            case CelKind.Int or CelKind.Uint:
                text = InRadix(value, 16);
                break;
            case CelKind.String:
                text = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(value.StringUnsafe));
                break;
            case CelKind.Bytes:
                text = Convert.ToHexStringLower(value.BytesUnsafe);
                break;
            default:
                return Wrong("only integers, byte buffers, and strings can be formatted as hex", value);
        }

        output.Append(upper ? text.ToUpperInvariant() : text);
        return default;
    }

    private static string InRadix(in CelValue value, int radix)
    {
        var negative = value.Kind == CelKind.Int && value.IntUnsafe < 0;
        var rest = negative ? (ulong)-(Int128)value.IntUnsafe : value.UintUnsafe;
        Span<char> digits = stackalloc char[65];
        var at = digits.Length;
        do
        {
            var digit = (int)(rest % (ulong)radix);
            digits[--at] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
            rest /= (ulong)radix;
        }
        while (rest > 0);
        if (negative)
            digits[--at] = '-';
        return new string(digits[at..]);
    }

    private static CelValue Text(StringBuilder output, in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Bytes:
                Lossy(output, value.BytesUnsafe);
                return default;
            case CelKind.List:
                output.Append('[');
                for (var i = 0; i < value.ListUnsafe.Count; i++)
                {
                    var fault = Text(output.Append(i == 0 ? "" : ", "), value.ListUnsafe[i]);
                    if (fault.IsFault)
                        return fault;
                }

                output.Append(']');
                return default;
            case CelKind.Map:
                return Map(output, value.MapUnsafe);
            case CelKind.Opaque:
                return CelFault.Secret();
            case CelKind.Optional:
                return Wrong("string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps", value);
            default:
                output.Append(CelText.Of(value));
                return default;
        }
    }

    // .NET writes one replacement character for each bad sequence, CEL one for a run of them.
    private static void Lossy(StringBuilder output, ReadOnlySpan<byte> bytes)
    {
        var wasBad = false;
        while (!bytes.IsEmpty)
        {
            var isBad = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed) != OperationStatus.Done;
            if (!isBad || !wasBad)
                output.Append(rune.ToString());
            wasBad = isBad;
            bytes = bytes[consumed..];
        }
    }

    private static CelValue Map(StringBuilder output, CelMap map)
    {
        var entries = new SortedList<string, string>(map.Count, Comparer<string>.Create(CelOperators.CompareCodePoints));
        foreach (var (key, value) in map.Entries)
        {
            var text = new StringBuilder();
            var fault = Text(text, value);
            if (fault.IsFault)
                return fault;
            entries[CelText.Of(key)] = text.ToString();
        }

        output.Append('{').AppendJoin(", ", entries.Select(e => $"{e.Key}: {e.Value}")).Append('}');
        return default;
    }

    private static CelValue Wrong(string rule, in CelValue value) =>
        CelFault.Of(CelErrorCodes.InvalidArgument, $"error during formatting: {rule}, was given {value.TypeName}");

    private static CelValue Unparsed(string reason) =>
        CelFault.Of(CelErrorCodes.InvalidArgument, $"could not parse formatting clause: {reason}");
}
