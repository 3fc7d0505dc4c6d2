namespace Sightglass.Core.Expressions;

/// <summary>The names an expression sees and the cost it may cause. Fill it on one thread; then any number may read.</summary>
public sealed class CelScope
{
    private readonly CelScope? _parent;
    private readonly Dictionary<string, Entry> _names = new(StringComparer.Ordinal);

    /// <summary>Creates an empty scope.</summary>
    public CelScope()
    {
    }

    private CelScope(CelScope parent)
    {
        _parent = parent;
        MaxCost = parent.MaxCost;
        HasQualifiedNames = parent.HasQualifiedNames;
    }

    /// <summary>Gets the units one evaluation may cost.</summary>
    /// <value><see cref="CelLimits.DefaultCost"/> by default.</value>
    public long MaxCost { get; init; } = CelLimits.DefaultCost;

    internal bool HasQualifiedNames { get; private set; }

    /// <summary>Binds a name to a value.</summary>
    /// <param name="name">The name; a dotted one is found by a selection of the same spelling.</param>
    /// <param name="value">The value.</param>
    /// <returns>This scope.</returns>
    public CelScope Set(string name, CelValue value) => Set(name, new Entry(value, null));

    /// <summary>Binds a name to a value that is made when it is needed.</summary>
    /// <param name="name">The name.</param>
    /// <param name="resolver">Called at each use; an exception it throws passes through the evaluation.</param>
    /// <returns>This scope.</returns>
    public CelScope Set(string name, Func<CelValue> resolver)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        return Set(name, new Entry(default, resolver));
    }

    /// <summary>Creates a scope that sees the names of this one and may hide them.</summary>
    /// <returns>The inner scope with the same budget.</returns>
    public CelScope Child() => new(this);

    internal bool TryResolve(string name, out CelValue value)
    {
        for (var scope = this; scope is not null; scope = scope._parent)
        {
            if (!scope._names.TryGetValue(name, out var entry))
                continue;
            value = entry.Resolver is null ? entry.Value : entry.Resolver();
            return true;
        }

        value = default;
        return false;
    }

    private CelScope Set(string name, in Entry entry)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _names[name] = entry;
        HasQualifiedNames |= name.Contains('.', StringComparison.Ordinal);
        return this;
    }

    private readonly record struct Entry(CelValue Value, Func<CelValue>? Resolver);
}
