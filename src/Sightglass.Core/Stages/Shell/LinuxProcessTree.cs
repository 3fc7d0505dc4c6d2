using System.Diagnostics;

namespace Sightglass.Core.Stages.Shell;

/// <summary>
/// Finds a child's tree in <c>/proc</c>: by session, by the chain of parents, by the mark in the environment, and by what
/// was seen before, so that a process which leaves its session and its parent is still found.
/// </summary>
internal sealed class LinuxProcessTree : ProcessTree
{
    private const double TickMs = 10; // USER_HZ, fixed at 100 in what the kernel tells.

    private static readonly TimeSpan s_instant = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_mostUnsure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_sharedAge = TimeSpan.FromMilliseconds(50);

    private readonly int _pid;
    private readonly string _token;
    private readonly bool _ownSession;
    private readonly long _seenAt = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();

    // Guarded by _gate: the stage's flow and its measuring timer both look.
    private readonly Dictionary<int, long> _known = [];
    private readonly Dictionary<int, (long Start, long Ticks)> _orphans = [];
    private readonly List<ProcEntry> _members = [];
    private readonly long _start = -1;
    private bool _mainEnded;
    private bool _isUnsure;
    private long _peak;

    public LinuxProcessTree(int pid, string token, bool ownSession)
    {
        (_pid, _token, _ownSession) = (pid, token, ownSession);
        if (ProcTable.ReadOne(pid) is { } entry)
            (_start, _known[pid]) = (entry.Start, entry.Start);
    }

    /// <summary>Gets the moment of the child's start, in ticks since the machine's; -1 where it ended too soon to be seen.</summary>
    public long StartTicks => _start;

    /// <summary>Gets or sets what is told of members before they are sent a signal.</summary>
    public Action<IReadOnlyList<ProcEntry>>? BeforeSignal { get; set; }

    public override IReadOnlyList<int> Members
    {
        get
        {
            lock (_gate)
                return [.. _members.Select(member => member.Pid)];
        }
    }

    public override long PeakMemoryBytes
    {
        get
        {
            lock (_gate)
                return _peak;
        }
    }

    public override double OrphanCpuMs
    {
        get
        {
            lock (_gate)
                return _orphans.Values.Sum(orphan => orphan.Ticks) * TickMs;
        }
    }

    /// <summary>Says that the child was collected: its number may be another's from now on.</summary>
    public void MainEnded()
    {
        lock (_gate)
            (_mainEnded, _) = (true, _known.Remove(_pid));
    }

    public override int Terminate() => Signal(LibC.SigTerm);

    public override int Kill() => Signal(LibC.SigKill);

    public override Task MembersEndedAsync(TimeProvider time)
    {
        lock (_gate)
            return ChildReaper.EndedAsync(_members, time);
    }

    public override int Count(bool fresh = true)
    {
        lock (_gate)
        {
            Look(fresh ? TimeSpan.Zero : s_sharedAge);
            return _members.Count;
        }
    }

    public override void Dispose()
    {
    }

    private int Signal(int signal)
    {
        lock (_gate)
        {
            Look(TimeSpan.Zero);
            if (_members.Count > 0)
                BeforeSignal?.Invoke(_members);
            foreach (var member in _members)
                LinuxSignal.Send(member, signal);
            return _members.Count;
        }
    }

    private void Look(TimeSpan age)
    {
        // Not the engine's clock: another process gets its environment when this machine lets it.
        for (var from = Stopwatch.GetTimestamp(); !TryLook(age) && age == TimeSpan.Zero && Stopwatch.GetElapsedTime(from) < s_mostUnsure;)
            SpinWait.SpinUntil(static () => false, s_instant);
    }

    // False where a process could not be told to be a member or not.
    private bool TryLook(TimeSpan age)
    {
        _isUnsure = false;
        var all = age > TimeSpan.Zero ? ProcTable.Read(age) : ProcTable.ReadSince(_pid, Stopwatch.GetElapsedTime(_seenAt));
        _members.Clear();
        var found = new Dictionary<int, long>();
        // Parents usually have lower numbers than children, not always: repeat until nothing is added.
        for (var before = -1; before != found.Count;)
        {
            before = found.Count;
            foreach (var entry in all)
            {
                if (!entry.IsDead && entry.Start >= _start && entry.Pid != Environment.ProcessId && !found.ContainsKey(entry.Pid) && IsMember(entry, found))
                {
                    found[entry.Pid] = entry.Start;
                    _members.Add(entry);
                }
            }
        }

        _known.Clear();
        long pages = 0;
        foreach (var member in _members)
        {
            _known[member.Pid] = member.Start;
            pages += member.ResidentPages;
            if (_mainEnded)
                _orphans[member.Pid] = (member.Start, member.CpuTicks);
        }

        _peak = Math.Max(_peak, pages * Environment.SystemPageSize);
        return !_isUnsure;
    }

    private bool IsMember(in ProcEntry entry, Dictionary<int, long> found)
    {
        if ((_known.TryGetValue(entry.Pid, out var start) && start == entry.Start)
            || (_ownSession && entry.Session == _pid)
            || found.ContainsKey(entry.Parent))
        {
            return true;
        }

        var isMarked = ProcTable.TokenOf(entry, out var isSure) == _token;
        _isUnsure |= !isSure;
        return isMarked;
    }
}
