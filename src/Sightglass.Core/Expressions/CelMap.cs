namespace Sightglass.Core.Expressions;

/// <summary>What every map offers to the evaluator.</summary>
internal abstract class CelMap
{
    internal abstract int Count { get; }

    internal abstract long Weight { get; }

    internal abstract int Depth { get; }

    internal abstract IEnumerable<KeyValuePair<CelValue, CelValue>> Entries { get; }

    internal abstract bool TryGet(in CelValue key, out CelValue value);

    internal abstract bool Contains(in CelValue key);

    internal abstract CelValue[] CopyKeys();
}
