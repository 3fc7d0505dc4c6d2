using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling;

/// <content>
/// Groups that wait for each other: an execution keeps its slot while a child of it, or a child's child, waits for a slot
/// of another group, whose holders may wait in the same way. It is the last such child to be heard of that closes the ring,
/// and it is found then.
/// </content>
internal sealed partial class ConcurrencyGroups
{
    // Guarded by _gate: children that hold no slot of their group, and how many of them each execution above waits for.
    private readonly HashSet<Entry> _below = [];
    private readonly Dictionary<Guid, int> _blocked = [];

    /// <summary>Takes note of who stands above a child that waits.</summary>
    /// <returns>Whether it waits for executions that wait for it, so that it would for ever.</returns>
    public bool StandsBelow(Guid id, IReadOnlyList<Guid> above)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(id, out var entry)) return false;
            Forget(entry);
            entry.Above = above;
            Remember(entry);
            if (_holds > 0 || !_below.Contains(entry) || !IsStuck(entry)) return false;

            // It is cancelled: the others are not stuck because of it.
            Forget(entry);
            entry.Above = [];
            return true;
        }
    }

    private void Remember(Entry entry)
    {
        if (entry.Above.Count == 0 || entry.Place is Place.Granted or Place.Holding || !_below.Add(entry)) return;
        Tally(_blocked, entry, 1);
    }

    private void Forget(Entry entry)
    {
        if (_below.Remove(entry)) Tally(_blocked, entry, -1);
    }

    private static void Tally(Dictionary<Guid, int> blocked, Entry entry, int by)
    {
        foreach (var id in entry.Above)
        {
            var count = blocked.GetValueOrDefault(id) + by;
            if (count == 0) blocked.Remove(id);
            else blocked[id] = count;
        }
    }

    /// <summary>Takes away, again and again, who will get a slot because enough of its holders will end; who is left never
    /// will.</summary>
    private bool IsStuck(Entry entry)
    {
        // Nearly always some holder waits for nobody, and nothing else has to be looked at.
        if (GetsSlot(entry, _blocked)) return false;
        var stuck = new HashSet<Entry>(_below);
        var blocked = new Dictionary<Guid, int>(_blocked);
        while (true)
        {
            var free = stuck.Where(e => GetsSlot(e, blocked)).ToList();
            if (free.Contains(entry)) return false;
            if (free.Count == 0) return true;
            foreach (var each in free)
            {
                stuck.Remove(each);
                Tally(blocked, each, -1);
            }
        }
    }

    private static bool GetsSlot(Entry entry, Dictionary<Guid, int> blocked)
    {
        if (entry.Member.Claim.WhenFull == WhenFull.CancelOldest) return true;
        var group = entry.Group;
        return group.Holders.Count(h => h.IsLeaving || !blocked.ContainsKey(h.Member.Id)) > group.Held - entry.Member.Claim.Limit;
    }
}
