namespace Sightglass.Core.Expressions;

/// <summary>A map in memory that keeps the order its keys were written in.</summary>
internal sealed class CelDictionary : CelMap
{
    private readonly OrderedDictionary<CelValue, CelValue> _entries;
    private long _weight = 1;
    private int _depth = 1;

    internal CelDictionary(int capacity) => _entries = new OrderedDictionary<CelValue, CelValue>(capacity);

    internal override int Count => _entries.Count;

    internal override long Weight => _weight;

    internal override int Depth => _depth;

    internal override IEnumerable<KeyValuePair<CelValue, CelValue>> Entries => _entries;

    internal override bool TryGet(in CelValue key, out CelValue value) => _entries.TryGetValue(key, out value);

    internal override bool Contains(in CelValue key) => _entries.ContainsKey(key);

    internal override CelValue[] CopyKeys()
    {
        var keys = new CelValue[_entries.Count];
        _entries.Keys.CopyTo(keys, 0);
        return keys;
    }

    /// <summary>Adds an entry while the map is being built; afterwards nobody may.</summary>
    internal bool TryAdd(in CelValue key, in CelValue value)
    {
        if (!_entries.TryAdd(key, value))
            return false;
        _weight = CelWeight.Add(_weight, CelWeight.Add(key.Weight, value.Weight));
        _depth = Math.Max(_depth, value.Depth + 1);
        return true;
    }

    /// <summary>Sets an entry of a JSON object, where the last of equal names counts.</summary>
    internal void Put(in CelValue key, in CelValue value)
    {
        if (!TryAdd(key, value))
            _entries[key] = value;
    }
}
