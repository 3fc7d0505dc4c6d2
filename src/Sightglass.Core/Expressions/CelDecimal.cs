using System.Globalization;
using System.Numerics;

namespace Sightglass.Core.Expressions;

/// <summary>Exact decimal digits of a double, halves rounded to even; .NET's own "F3" rounds them away from zero.</summary>
internal static class CelDecimal
{
    internal static string Of(in CelValue value, int precision, bool scientific)
    {
        var (negative, numerator, denominator) = Fraction(value);
        var sign = negative ? "-" : "";
        if (!scientific)
            return sign + Fixed(numerator, denominator, precision);
        var exponent = Exponent(numerator, denominator);
        var digits = Scaled(numerator, denominator, precision - exponent);
        if (digits.Length > precision + 1)
        {
            exponent++;
            digits = Scaled(numerator, denominator, precision - exponent);
        }

        digits = digits.PadRight(precision + 1, '0');
        var mantissa = precision == 0 ? digits : $"{digits[..1]}.{digits[1..]}";
        return $"{sign}{mantissa}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent):D2}";
    }

    private static string Fixed(BigInteger numerator, BigInteger denominator, int precision)
    {
        var digits = Scaled(numerator, denominator, precision).PadLeft(precision + 1, '0');
        return precision == 0 ? digits : $"{digits[..^precision]}.{digits[^precision..]}";
    }

    private static (bool Negative, BigInteger Numerator, BigInteger Denominator) Fraction(in CelValue value)
    {
        if (value.Kind == CelKind.Int)
            return (value.IntUnsafe < 0, BigInteger.Abs(value.IntUnsafe), BigInteger.One);
        if (value.Kind == CelKind.Uint)
            return (false, value.UintUnsafe, BigInteger.One);
        var bits = BitConverter.DoubleToInt64Bits(value.DoubleUnsafe);
        var biased = (int)((bits >> 52) & 0x7FF);
        var mantissa = (bits & 0xFFFFFFFFFFFFF) | (biased == 0 ? 0 : 1L << 52);
        var shift = Math.Max(biased, 1) - 1075;
        return shift >= 0
            ? (bits < 0, (BigInteger)mantissa << shift, BigInteger.One)
            : (bits < 0, mantissa, BigInteger.One << -shift);
    }

    private static int Exponent(BigInteger numerator, BigInteger denominator)
    {
        if (numerator.IsZero)
            return 0;
        var guess = (int)Math.Floor(BigInteger.Log10(numerator) - BigInteger.Log10(denominator));
        // The logarithm may be off by one at powers of ten.
        if (Compare(numerator, denominator, guess) < 0)
            guess--;
        else if (Compare(numerator, denominator, guess + 1) >= 0)
            guess++;
        return guess;
    }

    private static int Compare(BigInteger numerator, BigInteger denominator, int power) => power >= 0
        ? numerator.CompareTo(denominator * BigInteger.Pow(10, power))
        : (numerator * BigInteger.Pow(10, -power)).CompareTo(denominator);

    private static string Scaled(BigInteger numerator, BigInteger denominator, int power)
    {
        if (power >= 0)
            numerator *= BigInteger.Pow(10, power);
        else
            denominator *= BigInteger.Pow(10, -power);
        var whole = BigInteger.DivRem(numerator, denominator, out var rest);
        var half = (rest * 2).CompareTo(denominator);
        if (half > 0 || (half == 0 && !whole.IsEven))
            whole++;
        return whole.ToString(CultureInfo.InvariantCulture);
    }
}
