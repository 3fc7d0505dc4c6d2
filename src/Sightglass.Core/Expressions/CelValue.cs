using System.Globalization;
using System.Text.Json;

namespace Sightglass.Core.Expressions;

/// <summary>A value of the expression language: immutable, small, and equal to others as CEL compares.</summary>
public readonly partial struct CelValue : IEquatable<CelValue>
{
    // Not a member of CelKind: callers never see an error as a value.
    private const CelKind Fault = (CelKind)255;

    private readonly object? _ref;
    private readonly long _bits;
    private readonly int _nanos;

    private CelValue(CelKind kind, object? reference, long bits = 0, int nanos = 0)
    {
        Kind = kind;
        _ref = reference;
        _bits = bits;
        _nanos = nanos;
    }

    /// <summary>Gets the null value.</summary>
    public static CelValue Null => default;

    /// <summary>Gets an optional that holds nothing.</summary>
    public static CelValue OptionalNone => new(CelKind.Optional, null);

    /// <summary>Gets the kind.</summary>
    public CelKind Kind { get; }

    /// <summary>Gets a value indicating whether this is null.</summary>
    public bool IsNull => Kind == CelKind.Null;

    /// <summary>Gets the name of the type as the language spells it.</summary>
    public string TypeName => CelTypes.NameOf(Kind);

    internal bool IsFault => Kind == Fault;

    internal CelFault FaultUnsafe => (CelFault)_ref!;

    internal bool BoolUnsafe => _bits != 0;

    internal long IntUnsafe => _bits;

    internal ulong UintUnsafe => (ulong)_bits;

    internal double DoubleUnsafe => BitConverter.Int64BitsToDouble(_bits);

    internal string StringUnsafe => (string)_ref!;

    /// <summary>Gets how a double was written where that is not how it would be written now.</summary>
    internal string? NumberTextUnsafe => (string?)_ref;

    internal byte[] BytesUnsafe => (byte[])_ref!;

    internal CelList ListUnsafe => (CelList)_ref!;

    internal CelMap MapUnsafe => (CelMap)_ref!;

    internal long SecondsUnsafe => _bits;

    internal int NanosUnsafe => _nanos;

    internal bool IsTrue => Kind == CelKind.Bool && _bits != 0;

    internal bool HasOptionalValue => _ref is not null;

    internal CelValue OptionalUnsafe => ((Box)_ref!).Value;

    internal long Weight => Kind switch
    {
        CelKind.String => CelWeight.OfLength(StringUnsafe.Length),
        CelKind.Bytes => CelWeight.OfLength(BytesUnsafe.Length),
        CelKind.List => ListUnsafe.Weight,
        CelKind.Map => MapUnsafe.Weight,
        CelKind.Optional when HasOptionalValue => 1 + OptionalUnsafe.Weight,
        _ => 1,
    };

    /// <summary>The weight, where the members of a map that are made when they are read count too.</summary>
    internal long WeightToWalk => Kind == CelKind.Map && MapUnsafe is CelLazyMap lazy ? lazy.Weight + lazy.Count : Weight;

    internal int Depth => Kind switch
    {
        CelKind.List => ListUnsafe.Depth,
        CelKind.Map => MapUnsafe.Depth,
        CelKind.Optional when HasOptionalValue => 1 + OptionalUnsafe.Depth,
        _ => 0,
    };

    /// <summary>Makes a truth value.</summary>
    /// <param name="value">The truth value.</param>
    /// <returns>The value.</returns>
    public static CelValue Bool(bool value) => new(CelKind.Bool, null, value ? 1 : 0);

    /// <summary>Makes a signed integer.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The value.</returns>
    public static CelValue Int(long value) => new(CelKind.Int, null, value);

    /// <summary>Makes an unsigned integer.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The value.</returns>
    public static CelValue Uint(ulong value) => new(CelKind.Uint, null, (long)value);

    /// <summary>Makes a floating-point number.</summary>
    /// <param name="value">The number.</param>
    /// <returns>The value.</returns>
    public static CelValue Double(double value) => new(CelKind.Double, null, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Makes a double that is written as JSON as it was read; what is computed from it is not.</summary>
    internal static CelValue WrittenDouble(double value, string json) => new(CelKind.Double, json, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Makes a string.</summary>
    /// <param name="value">The text.</param>
    /// <returns>The value.</returns>
    public static CelValue String(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new CelValue(CelKind.String, value);
    }

    /// <summary>Makes a byte sequence from a copy of the bytes.</summary>
    /// <param name="value">The bytes.</param>
    /// <returns>The value.</returns>
    public static CelValue Bytes(ReadOnlySpan<byte> value) => new(CelKind.Bytes, value.ToArray());

    /// <summary>Makes a list from a copy of the items.</summary>
    /// <param name="items">The items.</param>
    /// <returns>The value.</returns>
    public static CelValue List(IEnumerable<CelValue> items) => FromList([.. items]);

    /// <summary>Makes a map with string keys; the last of equal keys counts.</summary>
    /// <param name="entries">The entries in order.</param>
    /// <returns>The value.</returns>
    public static CelValue Map(IEnumerable<KeyValuePair<string, CelValue>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var map = new CelDictionary(0);
        foreach (var (key, value) in entries)
            map.Put(String(key), value);
        return FromMap(map);
    }

    /// <summary>Makes a map whose members are resolved when an expression reads them.</summary>
    /// <param name="lookup">Gives a member or null when there is none; its exceptions pass through the evaluation.</param>
    /// <param name="keys">Gives the names in order.</param>
    /// <returns>The value.</returns>
    public static CelValue LazyMap(Func<string, CelValue?> lookup, Func<IEnumerable<string>> keys)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        ArgumentNullException.ThrowIfNull(keys);
        return FromMap(new CelLazyMap(lookup, keys));
    }

    /// <summary>Makes a timestamp.</summary>
    /// <param name="value">The point in time.</param>
    /// <returns>The value.</returns>
    public static CelValue Timestamp(DateTimeOffset value)
    {
        var ticks = value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }

        return FromUnix(seconds, (int)rest * 100);
    }

    /// <summary>Makes a duration.</summary>
    /// <param name="value">The span, at most about ±292 years.</param>
    /// <returns>The value.</returns>
    /// <exception cref="OverflowException">The span is longer.</exception>
    public static CelValue Duration(TimeSpan value) => FromNanoseconds(checked(value.Ticks * 100));

    /// <summary>Makes a type value.</summary>
    /// <param name="name">The name, such as <c>int</c>.</param>
    /// <returns>The value.</returns>
    public static CelValue Type(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new CelValue(CelKind.Type, name);
    }

    /// <summary>Makes an optional that holds a value.</summary>
    /// <param name="value">The value held.</param>
    /// <returns>The value.</returns>
    public static CelValue OptionalOf(CelValue value) => new(CelKind.Optional, new Box(value));

    /// <summary>Makes a reference to a secret, which expressions may pass on and nothing else.</summary>
    /// <param name="name">The name of the secret.</param>
    /// <returns>The value.</returns>
    public static CelValue Opaque(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new CelValue(CelKind.Opaque, name);
    }

    /// <summary>Reads JSON: a number without fraction or exponent that fits 64 bits is an int, any other a double.</summary>
    /// <param name="element">The element; it may be disposed afterwards.</param>
    /// <returns>The value.</returns>
    public static CelValue FromJson(JsonElement element) => CelJson.Read(element);

    /// <summary>Writes the value as JSON.</summary>
    /// <param name="writer">The writer, positioned where a value is due.</param>
    public void WriteJson(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        CelJson.Write(writer, this);
    }

    /// <summary>Gives the text that stands for the value inside other text: a string as is, others as compact JSON.</summary>
    /// <returns>The text.</returns>
    public string ToText() => Kind switch
    {
        CelKind.String => StringUnsafe,
        CelKind.Int => _bits.ToString(CultureInfo.InvariantCulture),
        CelKind.Bool => BoolUnsafe ? "true" : "false",
        CelKind.Timestamp or CelKind.Duration or CelKind.Type => CelText.Of(this),
        CelKind.Optional when HasOptionalValue => OptionalUnsafe.ToText(),
        _ => CelJson.ToText(this),
    };

    /// <inheritdoc/>
    public override string ToString() => IsFault ? FaultUnsafe.Reason : ToText();

    internal static CelValue FromFault(CelFault fault) => new(Fault, fault);

    internal static CelValue FromBytes(byte[] owned) => new(CelKind.Bytes, owned);

    internal static CelValue FromList(CelValue[] owned) => new(CelKind.List, owned.Length == 0 ? CelList.Empty : new CelList(owned));

    internal static CelValue FromMap(CelMap map) => new(CelKind.Map, map);

    internal static CelValue FromUnix(long seconds, int nanos) => new(CelKind.Timestamp, null, seconds, nanos);

    internal static CelValue FromNanoseconds(long nanos) => new(CelKind.Duration, null, nanos);

    private sealed class Box(CelValue value)
    {
        internal CelValue Value { get; } = value;
    }
}
