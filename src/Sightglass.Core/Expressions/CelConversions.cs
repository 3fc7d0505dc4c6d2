using System.Globalization;
using System.Text;

namespace Sightglass.Core.Expressions;

/// <summary>Conversions between the types.</summary>
internal static class CelConversions
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    internal static IEnumerable<CelFunction> All { get; } =
    [
        new("int", false, 1, 1, ToInt),
        new("uint", false, 1, 1, ToUint),
        new("double", false, 1, 1, ToDouble),
        new("string", false, 1, 1, ToText),
        new("bytes", false, 1, 1, ToBytes),
        new("bool", false, 1, 1, ToBool),
        new("timestamp", false, 1, 1, ToTimestamp),
        new("duration", false, 1, 1, ToDuration),
        new("type", false, 1, 1, (_, args) => CelValue.Type(args[0].TypeName)),
        new("dyn", false, 1, 1, (_, args) => args[0]),
    ];

    private static CelValue ToInt(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        var value = args[0];
        switch (value.Kind)
        {
            case CelKind.Int:
                return value;
            case CelKind.Uint:
                return value.UintUnsafe <= long.MaxValue ? CelValue.Int((long)value.UintUnsafe) : CelFault.Overflow("int");
            case CelKind.Double:
                // Both ends are excluded, as the nearest doubles beyond them already round outside.
                return value.DoubleUnsafe is > -9223372036854775808.0 and < 9223372036854775808.0
                    ? CelValue.Int((long)value.DoubleUnsafe)
                    : CelFault.Overflow("int");
            case CelKind.String:
                if (!frame.ChargeText(value.StringUnsafe.Length))
                    return CelFault.Budget();
                return long.TryParse(value.StringUnsafe, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? CelValue.Int(number)
                    : Refuse("int", value);
            case CelKind.Timestamp:
                return CelValue.Int(value.SecondsUnsafe);
            default:
                return CelFunction.Wrong("int", "int, uint, double, string or timestamp", args);
        }
    }

    private static CelValue ToUint(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        var value = args[0];
        switch (value.Kind)
        {
            case CelKind.Uint:
                return value;
            case CelKind.Int:
                return value.IntUnsafe >= 0 ? CelValue.Uint((ulong)value.IntUnsafe) : CelFault.Overflow("uint");
            case CelKind.Double:
                return value.DoubleUnsafe is >= 0 and < 18446744073709551616.0 ? CelValue.Uint((ulong)value.DoubleUnsafe) : CelFault.Overflow("uint");
            case CelKind.String:
                if (!frame.ChargeText(value.StringUnsafe.Length))
                    return CelFault.Budget();
                return ulong.TryParse(value.StringUnsafe, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? CelValue.Uint(number)
                    : Refuse("uint", value);
            default:
                return CelFunction.Wrong("uint", "int, uint, double or string", args);
        }
    }

    private static CelValue ToDouble(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        var value = args[0];
        return value.Kind switch
        {
            CelKind.Double => value,
            CelKind.Int => CelValue.Double(value.IntUnsafe),
            CelKind.Uint => CelValue.Double(value.UintUnsafe),
            CelKind.String => !frame.ChargeText(value.StringUnsafe.Length)
                ? CelFault.Budget()
                : TryParseDouble(value.StringUnsafe, out var number) ? CelValue.Double(number) : Refuse("double", value),
            _ => CelFunction.Wrong("double", "int, uint, double or string", args),
        };
    }

    internal static bool TryParseDouble(string text, out double number)
    {
        switch (text)
        {
            case "NaN":
                number = double.NaN;
                return true;
            case "Infinity" or "+Infinity" or "inf" or "+inf" or "Inf" or "+Inf":
                number = double.PositiveInfinity;
                return true;
            case "-Infinity" or "-inf" or "-Inf":
                number = double.NegativeInfinity;
                return true;
            default:
                const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
                number = 0;
                return text.Length > 0 && (char.IsAsciiDigit(text[^1]) || text[^1] == '.')
                    && double.TryParse(text, Style, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
        }
    }

    private static CelValue ToText(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        var value = args[0];
        switch (value.Kind)
        {
            case CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.Double or CelKind.Timestamp or CelKind.Duration:
                return CelValue.String(CelText.Of(value));
            case CelKind.String:
                return value;
            case CelKind.Bytes:
                if (!frame.ChargeText(value.BytesUnsafe.Length))
                    return CelFault.Budget();
                try
                {
                    return CelValue.String(Strict.GetString(value.BytesUnsafe));
                }
                catch (DecoderFallbackException)
                {
                    return CelFault.Of(CelErrorCodes.InvalidConversion, "cannot convert bytes to string: invalid UTF-8");
                }

            default:
                return CelFunction.Wrong("string", "bool, int, uint, double, string, bytes, timestamp or duration", args);
        }
    }

    private static CelValue ToBytes(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        switch (args[0].Kind)
        {
            case CelKind.Bytes:
                return args[0];
            case CelKind.String:
                return frame.ChargeText(args[0].StringUnsafe.Length)
                    ? CelValue.FromBytes(Encoding.UTF8.GetBytes(args[0].StringUnsafe))
                    : CelFault.Budget();
            default:
                return CelFunction.Wrong("bytes", "string or bytes", args);
        }
    }

    private static CelValue ToBool(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        if (args[0].Kind == CelKind.Bool)
            return args[0];
        if (args[0].Kind != CelKind.String)
            return CelFunction.Wrong("bool", "bool or string", args);
        return args[0].StringUnsafe switch
        {
            "true" or "TRUE" or "True" or "t" or "1" => CelValue.Bool(true),
            "false" or "FALSE" or "False" or "f" or "0" => CelValue.Bool(false),
            _ => Refuse("bool", args[0]),
        };
    }

    private static CelValue ToTimestamp(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        CelValue result;
        switch (args[0].Kind)
        {
            case CelKind.Timestamp:
                return args[0];
            case CelKind.Int:
                return CelTime.TryUnix(args[0].IntUnsafe, 0, out result) ? result : CelFault.Overflow("timestamp");
            case CelKind.String:
                return CelTime.TryParseTimestamp(args[0].StringUnsafe, out result) ? result : Refuse("timestamp", args[0]);
            default:
                return CelFunction.Wrong("timestamp", "string, int or timestamp", args);
        }
    }

    private static CelValue ToDuration(EvalFrame frame, ReadOnlySpan<CelValue> args)
    {
        switch (args[0].Kind)
        {
            case CelKind.Duration:
                return args[0];
            case CelKind.String:
                return CelTime.TryParseDuration(args[0].StringUnsafe, out var result) ? result : Refuse("duration", args[0]);
            default:
                return CelFunction.Wrong("duration", "string or duration", args);
        }
    }

    private static CelValue Refuse(string type, in CelValue value)
    {
        var text = value.StringUnsafe;
        return CelFault.Of(CelErrorCodes.InvalidConversion, $"cannot convert string '{CelText.Shorten(text)}' to {type}: not a valid {type} or out of range");
    }
}
