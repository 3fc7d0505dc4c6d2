using System.Collections.Concurrent;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Names of what the server has, by kind: so that most requests are about something that is there. Of each kind the
/// newest are kept.</summary>
internal sealed class KnownNames
{
    private const int Most = 256;

    private readonly ConcurrentDictionary<string, (string[] Names, StrongCount Count)> _kinds = new(StringComparer.Ordinal);

    public void Add(string kind, string? name)
    {
        if (string.IsNullOrEmpty(name)) return;
        var (names, count) = _kinds.GetOrAdd(kind, static _ => (new string[Most], new StrongCount()));
        lock (count) names[count.Value++ % Most] = name;
    }

    /// <summary>Gives one of a kind.</summary>
    public string Some(Random random, string kind)
    {
        if (!_kinds.TryGetValue(kind, out var known)) return "unknown";
        lock (known.Count) return known.Names[random.Next(Math.Min(known.Count.Value, Most))];
    }

    private sealed class StrongCount
    {
        public int Value { get; set; }
    }
}
