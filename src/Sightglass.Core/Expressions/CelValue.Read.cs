namespace Sightglass.Core.Expressions;

/// <content>What callers read from a value.</content>
public readonly partial struct CelValue
{
    /// <summary>Gets the truth value.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public bool AsBool => Expect(CelKind.Bool).BoolUnsafe;

    /// <summary>Gets the signed integer.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public long AsInt => Expect(CelKind.Int)._bits;

    /// <summary>Gets the unsigned integer.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public ulong AsUint => Expect(CelKind.Uint).UintUnsafe;

    /// <summary>Gets the floating-point number.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public double AsDouble => Expect(CelKind.Double).DoubleUnsafe;

    /// <summary>Gets the string.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public string AsString => Expect(CelKind.String).StringUnsafe;

    /// <summary>Gets the bytes.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public ReadOnlyMemory<byte> AsBytes => Expect(CelKind.Bytes).BytesUnsafe;

    /// <summary>Gets the items of a list.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public IReadOnlyList<CelValue> Items => Expect(CelKind.List).ListUnsafe;

    /// <summary>Gets the entries of a map in order; those of a lazy one are resolved while they are read.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public IEnumerable<KeyValuePair<CelValue, CelValue>> Entries => Expect(CelKind.Map).MapUnsafe.Entries;

    /// <summary>Gets the point in time in UTC, cut to 100 ns.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public DateTimeOffset AsTimestamp
    {
        get
        {
            var value = Expect(CelKind.Timestamp);
            return DateTimeOffset.FromUnixTimeSeconds(value._bits).AddTicks(value._nanos / 100);
        }
    }

    /// <summary>Gets the duration, cut to 100 ns.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public TimeSpan AsDuration => TimeSpan.FromTicks(Expect(CelKind.Duration)._bits / 100);

    /// <summary>Gets the name of a secret.</summary>
    /// <exception cref="InvalidOperationException">The value is of another kind.</exception>
    public string SecretName => Expect(CelKind.Opaque).StringUnsafe;

    /// <summary>Reads what an optional holds.</summary>
    /// <param name="value">The value held, or null of the language.</param>
    /// <returns>Whether this is an optional that holds one.</returns>
    public bool TryGetOptional(out CelValue value)
    {
        var some = Kind == CelKind.Optional && HasOptionalValue;
        value = some ? OptionalUnsafe : default;
        return some;
    }

    /// <summary>Reads a member of a map.</summary>
    /// <param name="name">The key.</param>
    /// <param name="value">The member, or null of the language.</param>
    /// <returns>Whether this is a map that has it.</returns>
    public bool TryGetMember(string name, out CelValue value)
    {
        value = default;
        return Kind == CelKind.Map && MapUnsafe.TryGet(String(name), out value);
    }

    private CelValue Expect(CelKind kind) => Kind == kind
        ? this
        : throw new InvalidOperationException($"Expected {CelTypes.NameOf(kind)}, found {TypeName}.");
}
