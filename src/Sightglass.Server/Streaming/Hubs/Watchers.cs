namespace Sightglass.Server.Streaming.Hubs;

/// <summary>Who watches an execution over a stream of this process. Streams under one name count once: they are of one page, whose
/// connection was lost and opened anew. Guarded by the registry.</summary>
internal sealed class Watchers
{
    private readonly Dictionary<string, int> _named = new(StringComparer.Ordinal);
    private int _unnamed;

    public int Count => _unnamed + _named.Count;

    public void Add(string name)
    {
        if (name.Length == 0) _unnamed++;
        else _named[name] = _named.GetValueOrDefault(name) + 1;
    }

    public void Remove(string name)
    {
        if (name.Length == 0) _unnamed--;
        else if (--_named[name] == 0) _named.Remove(name);
    }
}
