using Sightglass.Core.Definitions;

namespace Sightglass.Core.Scheduling;

/// <summary>
/// Who holds the slots of concurrency groups, and who waits for one. The truth is in the logs (an execution of a group
/// that has started and not ended holds a slot); this is what all of them say together, told by their owners after each
/// commit and gathered anew on start-up.
/// </summary>
/// <remarks>
/// Nobody overtakes: whoever is first by priority, then creation, is granted the next slot, by the limit of its own
/// definition. A slot that is granted counts as held from then on, until the execution says what became of it. Waiting,
/// waking and ending cost O(log n) each. Guarded by <c>_gate</c>; nobody is called under it.
/// </remarks>
/// <param name="grant">Tells an execution that it has a slot; gives whether it took it. Not called on the caller's stack.</param>
/// <param name="evict">Cancels an execution (the first) so that another (the second) can start. Not called on the caller's stack.</param>
/// <param name="lookAbove">Finds out who stands above a child that waits, and tells <see cref="StandsBelow"/>. Not called on the caller's stack.</param>
internal sealed partial class ConcurrencyGroups(Action<GroupMember> grant, Action<GroupMember, GroupMember> evict, Action<GroupMember> lookAbove)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Organization, string Name), Group> _groups = [];
    private readonly Dictionary<Guid, Entry> _entries = [];
    private int _holds;

    private enum Place
    {
        Aside,
        Waiting,
        Granted,
        Holding,
    }

    /// <summary>Gets how many executions are known.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _entries.Count;
        }
    }

    /// <summary>Takes a slot for an execution about to be created, if one is free and nobody is before it.</summary>
    /// <returns>Whether it has one; then it is created as started, or <see cref="Leave"/> is called.</returns>
    public bool TryEnter(GroupMember member)
    {
        lock (_gate)
        {
            if (_holds > 0 || _entries.ContainsKey(member.Id)) return false;
            var entry = new Entry(member, GroupOf(member));
            if (!entry.Group.HasRoomFor(entry) || (entry.Group.Waiting.Min is { } first && Entry.InLine.Compare(first, entry) < 0))
            {
                entry.Group.Members--;
                DropIfEmpty(entry.Group);
                return false;
            }

            _entries.Add(member.Id, entry);
            entry.IsReserved = true;
            Move(entry, Place.Granted);
            return true;
        }
    }

    /// <summary>Tells whether an execution that is not of the group yet would have to wait.</summary>
    public bool IsFull(GroupMember member)
    {
        lock (_gate)
            return _groups.TryGetValue((member.Organization, member.Claim.Name), out var group) && (group.Held >= member.Claim.Limit || group.Waiting.Count > 0);
    }

    /// <summary>Takes note of how an execution stands; what its log said before counts no more.</summary>
    public void Set(GroupMember member, GroupStanding standing)
    {
        var actions = new List<Action>();
        lock (_gate)
        {
            if (!_entries.TryGetValue(member.Id, out var entry))
            {
                if (standing == GroupStanding.Gone) return;
                _entries.Add(member.Id, entry = new Entry(member, GroupOf(member)));
            }

            entry.Told = standing;
            if (standing is GroupStanding.Waiting or GroupStanding.Aside && member.Parent is not null && !entry.IsLookedAt)
            {
                entry.IsLookedAt = true;
                actions.Add(() => lookAbove(member));
            }

            var wasReserved = entry.IsReserved;
            entry.IsReserved = false;
            switch (standing)
            {
                // A grant is on its way: what comes of it is told by its answer. A slot that was only reserved is not taken: a
                // request made beside the one that has it was quicker, and created the execution without.
                case GroupStanding.Waiting or GroupStanding.Aside when entry.Place == Place.Granted && !wasReserved: break;
                case GroupStanding.Waiting: Move(entry, Place.Waiting); break;
                case GroupStanding.Aside: Move(entry, Place.Aside); break;
                case GroupStanding.Gone: Remove(entry); break;
                default:
                    Move(entry, Place.Holding);
                    if (standing == GroupStanding.Ending) entry.Group.Leaving(entry);
                    break;
            }

            Settle(entry.Group, actions);
        }

        foreach (var action in actions) action();
    }

    /// <summary>Takes note that a grant was not taken. Whoever has said in between that it waits stands in line again.</summary>
    /// <param name="id">The execution.</param>
    /// <param name="again">Whether it stands in line again whatever it said.</param>
    public void Refuse(Guid id, bool again = false)
    {
        var actions = new List<Action>();
        lock (_gate)
        {
            if (!_entries.TryGetValue(id, out var entry) || entry.Place != Place.Granted) return;
            Move(entry, again || entry.Told == GroupStanding.Waiting ? Place.Waiting : Place.Aside);
            entry.Told = null;
            Settle(entry.Group, actions);
        }

        foreach (var action in actions) action();
    }

    /// <summary>Forgets an execution that was not created. Where it was by another request, it stays as its owner says.</summary>
    public void Leave(Guid id)
    {
        var actions = new List<Action>();
        lock (_gate)
        {
            if (!_entries.TryGetValue(id, out var entry) || !entry.IsReserved) return;
            Remove(entry);
            Settle(entry.Group, actions);
        }

        foreach (var action in actions) action();
    }

    /// <summary>Gives the place of a waiting execution in its line, from 1; nothing where it does not wait.</summary>
    public int? PositionOf(Guid id)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(id, out var entry) || entry.Place != Place.Waiting) return null;
            var position = 1;
            foreach (var other in entry.Group.Waiting)
            {
                if (other == entry) return position;
                position++;
            }

            return null;
        }
    }

    /// <summary>Grants nothing until <see cref="Release"/>: not everybody who holds a slot is known.</summary>
    public void Hold()
    {
        lock (_gate) _holds++;
    }

    /// <summary>Takes back one <see cref="Hold"/>.</summary>
    public void Release()
    {
        var actions = new List<Action>();
        lock (_gate)
        {
            if (--_holds > 0) return;
            foreach (var group in _groups.Values.ToList()) Settle(group, actions);

            // Who was heard while not everybody was known is looked at now.
            foreach (var entry in _below) actions.Add(() => lookAbove(entry.Member));
        }

        foreach (var action in actions) action();
    }

    private Group GroupOf(GroupMember member)
    {
        var key = (member.Organization, member.Claim.Name);
        if (!_groups.TryGetValue(key, out var group)) _groups.Add(key, group = new Group(key));
        return group;
    }

    private void Remove(Entry entry)
    {
        Move(entry, Place.Aside);
        Forget(entry);
        _entries.Remove(entry.Member.Id);
        entry.Group.Members--;
    }

    private void DropIfEmpty(Group group)
    {
        if (group.Members == 0) _groups.Remove(group.Key);
    }

    private void Move(Entry entry, Place place)
    {
        if (entry.Place == place) return;
        entry.Group.Take(entry);
        entry.Place = place;
        entry.Group.Put(entry);
        if (place is Place.Granted or Place.Holding) Forget(entry);
        else Remember(entry);
    }

    /// <summary>Grants what is free; where somebody waits who may, tells the oldest to end.</summary>
    private void Settle(Group group, List<Action> actions)
    {
        if (_holds > 0) return;
        while (group.Waiting.Min is { } first && group.HasRoomFor(first))
        {
            Move(first, Place.Granted);
            first.Told = null;
            actions.Add(() => grant(first.Member));
        }

        while (group.Evictors.Count > group.Evicted && group.Evictable.Min is { } oldest)
        {
            var by = group.Evictors.Min!.Member;
            group.Leaving(oldest);
            actions.Add(() => evict(oldest.Member, by));
        }

        DropIfEmpty(group);
    }

    /// <summary>An execution and where it stands. Owned by the gate.</summary>
    private sealed class Entry
    {
        public static readonly Comparer<Entry> InLine = Comparer<Entry>.Create(static (a, b) =>
            (a.Member.Priority, a.Member.CreatedAt, a.Member.Id).CompareTo((b.Member.Priority, b.Member.CreatedAt, b.Member.Id)));

        public static readonly Comparer<Entry> ByAge = Comparer<Entry>.Create(static (a, b) =>
            (a.Member.CreatedAt, a.Member.Id).CompareTo((b.Member.CreatedAt, b.Member.Id)));

        public Entry(GroupMember member, Group group)
        {
            Member = member;
            Group = group;
            group.Members++;
        }

        public GroupMember Member { get; }

        public Group Group { get; }

        public Place Place { get; set; }

        public bool IsLeaving { get; set; }

        /// <summary>Gets or sets whether it has its slot for an execution that is about to be created.</summary>
        public bool IsReserved { get; set; }

        /// <summary>Gets or sets who stands above it, from its parent on; nothing where that is not known, or nobody does.</summary>
        public IReadOnlyList<Guid> Above { get; set; } = [];

        /// <summary>Gets or sets whether somebody finds out who stands above it.</summary>
        public bool IsLookedAt { get; set; }

        // What it said since a slot was granted to it.
        public GroupStanding? Told { get; set; }
    }

    /// <summary>One group. Owned by the gate.</summary>
    private sealed class Group((string Organization, string Name) key)
    {
        public (string Organization, string Name) Key { get; } = key;

        public SortedSet<Entry> Waiting { get; } = new(Entry.InLine);

        // Those in line who may have the oldest cancelled, and those who can be.
        public SortedSet<Entry> Evictors { get; } = new(Entry.InLine);

        public SortedSet<Entry> Evictable { get; } = new(Entry.ByAge);

        public HashSet<Entry> Holders { get; } = [];

        public int Members { get; set; }

        public int Held => Holders.Count;

        public int Evicted { get; private set; }

        public bool HasRoomFor(Entry entry) => Held < entry.Member.Claim.Limit;

        public void Leaving(Entry entry)
        {
            if (entry.IsLeaving) return;
            entry.IsLeaving = true;
            Evictable.Remove(entry);
            Evicted++;
        }

        public void Take(Entry entry)
        {
            if (entry.Place == Place.Waiting)
            {
                Waiting.Remove(entry);
                Evictors.Remove(entry);
            }

            Holders.Remove(entry);
            if (entry.Place != Place.Holding) return;
            Evictable.Remove(entry);
            if (entry.IsLeaving) Evicted--;
            entry.IsLeaving = false;
        }

        public void Put(Entry entry)
        {
            if (entry.Place == Place.Waiting)
            {
                Waiting.Add(entry);
                if (entry.Member.Claim.WhenFull == WhenFull.CancelOldest) Evictors.Add(entry);
            }

            if (entry.Place is Place.Granted or Place.Holding) Holders.Add(entry);
            if (entry.Place == Place.Holding) Evictable.Add(entry);
        }
    }
}
