namespace Sightglass.Core.Expressions;

/// <summary>A map whose members are made when an expression reads them.</summary>
internal sealed class CelLazyMap(Func<string, CelValue?> lookup, Func<IEnumerable<string>> keys) : CelMap
{
    internal override int Count => keys().Count();

    // Unknown until read; counted as a small map so that reading names costs nothing.
    internal override long Weight => 16;

    internal override int Depth => 1;

    internal override IEnumerable<KeyValuePair<CelValue, CelValue>> Entries
    {
        get
        {
            foreach (var name in keys())
            {
                if (lookup(name) is { } value)
                    yield return new KeyValuePair<CelValue, CelValue>(CelValue.String(name), value);
            }
        }
    }

    internal override bool TryGet(in CelValue key, out CelValue value)
    {
        if (key.Kind == CelKind.String && lookup(key.StringUnsafe) is { } found)
        {
            value = found;
            return true;
        }

        value = default;
        return false;
    }

    internal override bool Contains(in CelValue key) => TryGet(key, out _);

    internal override CelValue[] CopyKeys() => [.. keys().Select(CelValue.String)];
}
