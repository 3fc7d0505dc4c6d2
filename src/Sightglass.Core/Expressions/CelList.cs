using System.Collections;

namespace Sightglass.Core.Expressions;

/// <summary>An immutable list that knows how much text it stands for, so that shared parts cannot hide a huge value.</summary>
internal sealed class CelList : IReadOnlyList<CelValue>
{
    internal static readonly CelList Empty = new([]);

    private readonly CelValue[] _items;

    internal CelList(CelValue[] items)
    {
        _items = items;
        long weight = 1;
        var depth = 0;
        foreach (ref readonly var item in items.AsSpan())
        {
            weight = CelWeight.Add(weight, item.Weight);
            depth = Math.Max(depth, item.Depth);
        }

        Weight = weight;
        Depth = depth + 1;
    }

    public int Count => _items.Length;

    internal ReadOnlySpan<CelValue> Items => _items;

    internal CelValue[] Array => _items;

    internal long Weight { get; }

    internal int Depth { get; }

    public CelValue this[int index] => _items[index];

    public IEnumerator<CelValue> GetEnumerator() => ((IEnumerable<CelValue>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
