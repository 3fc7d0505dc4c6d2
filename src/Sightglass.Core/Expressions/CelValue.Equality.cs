namespace Sightglass.Core.Expressions;

/// <content>Equality across numeric types, hashing to match, and order.</content>
public readonly partial struct CelValue
{
    private const double TwoTo63 = 9223372036854775808.0;
    private const double TwoTo64 = 18446744073709551616.0;

    /// <summary>Compares as the language does.</summary>
    /// <param name="left">A value.</param>
    /// <param name="right">Another.</param>
    /// <returns>Whether they are equal.</returns>
    public static bool operator ==(CelValue left, CelValue right) => left.Equals(right);

    /// <summary>Compares as the language does.</summary>
    /// <param name="left">A value.</param>
    /// <param name="right">Another.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(CelValue left, CelValue right) => !left.Equals(right);

    /// <summary>Compares as the language does: numbers by value across types, NaN equal to nothing, a secret to nothing.</summary>
    /// <param name="other">The other value.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(CelValue other)
    {
        if (Kind != other.Kind)
            return IsNumber && other.IsNumber && CompareNumbers(this, other) == 0;
        switch (Kind)
        {
            case CelKind.Null:
                return true;
            case CelKind.Double:
                return DoubleUnsafe == other.DoubleUnsafe;
            case CelKind.String:
            case CelKind.Type:
                return string.Equals(StringUnsafe, other.StringUnsafe, StringComparison.Ordinal);
            case CelKind.Bytes:
                return BytesUnsafe.AsSpan().SequenceEqual(other.BytesUnsafe);
            case CelKind.List:
                return EqualLists(ListUnsafe.Items, other.ListUnsafe.Items);
            case CelKind.Map:
                return EqualMaps(MapUnsafe, other.MapUnsafe);
            case CelKind.Optional:
                return HasOptionalValue == other.HasOptionalValue && (!HasOptionalValue || OptionalUnsafe.Equals(other.OptionalUnsafe));
            case CelKind.Bool:
            case CelKind.Int:
            case CelKind.Uint:
            case CelKind.Duration:
            case CelKind.Timestamp:
                return _bits == other._bits && _nanos == other._nanos;
            default:
                return false;
        }
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is CelValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Kind switch
    {
        CelKind.Null => 0,
        CelKind.String or CelKind.Type or CelKind.Opaque => StringUnsafe.GetHashCode(StringComparison.Ordinal),
        CelKind.Int or CelKind.Uint => HashBits(_bits),
        CelKind.Double => HashDouble(DoubleUnsafe),
        CelKind.Bytes => HashBytes(BytesUnsafe),
        CelKind.List => HashCode.Combine(ListUnsafe.Count, ListUnsafe.Count > 0 ? ListUnsafe[0] : default),
        CelKind.Map => HashCode.Combine(MapUnsafe.Count),
        CelKind.Optional => HasOptionalValue ? OptionalUnsafe.GetHashCode() : 1,
        _ => HashCode.Combine(HashBits(_bits), _nanos),
    };

    internal bool IsNumber => Kind is CelKind.Int or CelKind.Uint or CelKind.Double;

    /// <summary>The number as a double, the nearest one where it has no equal.</summary>
    internal double ToDouble() => Kind switch
    {
        CelKind.Int => _bits,
        CelKind.Uint => UintUnsafe,
        _ => DoubleUnsafe,
    };

    /// <summary>Orders two numbers by their mathematical value; 2 when one of them is NaN.</summary>
    internal static int CompareNumbers(in CelValue a, in CelValue b)
    {
        switch (a.Kind, b.Kind)
        {
            case (CelKind.Int, CelKind.Int):
                return a._bits.CompareTo(b._bits);
            case (CelKind.Uint, CelKind.Uint):
                return a.UintUnsafe.CompareTo(b.UintUnsafe);
            case (CelKind.Int, CelKind.Uint):
                return a._bits < 0 ? -1 : a.UintUnsafe.CompareTo(b.UintUnsafe);
            case (CelKind.Uint, CelKind.Int):
                return b._bits < 0 ? 1 : a.UintUnsafe.CompareTo(b.UintUnsafe);
            case (CelKind.Double, CelKind.Double):
                return double.IsNaN(a.DoubleUnsafe) || double.IsNaN(b.DoubleUnsafe) ? 2 : a.DoubleUnsafe.CompareTo(b.DoubleUnsafe);
            case (CelKind.Double, _):
                return CompareDouble(a.DoubleUnsafe, b);
            default:
                var order = CompareDouble(b.DoubleUnsafe, a);
                return order == 2 ? 2 : -order;
        }
    }

    private static int CompareDouble(double a, in CelValue b)
    {
        if (double.IsNaN(a))
            return 2;
        if (b.Kind == CelKind.Int)
        {
            if (a < -TwoTo63)
                return -1;
            if (a >= TwoTo63)
                return 1;
            var whole = (long)a;
            return whole != b._bits ? whole.CompareTo(b._bits) : (a - whole).CompareTo(0.0);
        }

        if (a < 0)
            return -1;
        if (a >= TwoTo64)
            return 1;
        var wholeUnsigned = (ulong)a;
        return wholeUnsigned != b.UintUnsafe ? wholeUnsigned.CompareTo(b.UintUnsafe) : (a - wholeUnsigned).CompareTo(0.0);
    }

    // Not SequenceEqual: it takes a list to equal itself, though a NaN inside does not.
    private static bool EqualLists(ReadOnlySpan<CelValue> a, ReadOnlySpan<CelValue> b)
    {
        if (a.Length != b.Length)
            return false;
        for (var i = 0; i < a.Length; i++)
        {
            if (!a[i].Equals(b[i]))
                return false;
        }

        return true;
    }

    private static bool EqualMaps(CelMap a, CelMap b)
    {
        if (ReferenceEquals(a, b) && a is CelLazyMap)
            return true;
        if (a.Count != b.Count)
            return false;
        foreach (var (key, value) in a.Entries)
        {
            if (!b.TryGet(key, out var other) || !value.Equals(other))
                return false;
        }

        return true;
    }

    // A double that is a whole number must hash as the integer it equals.
    private static int HashDouble(double value)
    {
        if (value >= -TwoTo63 && value < TwoTo63 && Math.Floor(value) == value)
            return HashBits((long)value);
        if (value >= TwoTo63 && value < TwoTo64)
            return HashBits((long)(ulong)value);
        return HashBits(BitConverter.DoubleToInt64Bits(value));
    }

    // Seeded per process and of both halves: long.GetHashCode folds them, so that hostile keys could all meet in one bucket.
    private static int HashBits(long bits) => HashCode.Combine((int)bits, (int)(bits >> 32));

    private static int HashBytes(byte[] bytes)
    {
        var hash = default(HashCode);
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }
}
