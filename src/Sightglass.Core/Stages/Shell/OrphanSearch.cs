using System.Diagnostics;

namespace Sightglass.Core.Stages.Shell;

/// <summary>Looks for the processes of recorded attempts, again and again until there are none.</summary>
internal sealed class OrphanSearch(IReadOnlyList<ProcessRecord> records)
{
    private static readonly TimeSpan s_instant = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_mostUnsure = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, ProcessRecord> _byToken = records.DistinctBy(r => r.Token).ToDictionary(r => r.Token, StringComparer.Ordinal);
    private readonly Dictionary<long, ProcessRecord> _byPipe = ByPipe(records);
    private readonly Dictionary<(int Pid, long Start), ProcessRecord> _seen = [];
    private List<(ProcEntry Entry, ProcessRecord Of)> _found = [];

    /// <summary>Gets what the last look found.</summary>
    public IReadOnlyList<ProcEntry> Found => _found.ConvertAll(f => f.Entry);

    /// <summary>Looks for what runs of the attempts now.</summary>
    public IReadOnlyList<ProcEntry> Look()
    {
        // Not the engine's clock: another process gets its environment when this machine lets it.
        for (var from = Stopwatch.GetTimestamp(); !TryLook() && Stopwatch.GetElapsedTime(from) < s_mostUnsure;)
            SpinWait.SpinUntil(static () => false, s_instant);
        foreach (var (entry, of) in _found)
            _seen.TryAdd((entry.Pid, entry.Start), of);
        return Found;
    }

    /// <summary>Gets what the last look found as records, so that each is known by its number and start from then on.</summary>
    public IReadOnlyList<ProcessRecord> FoundRecords => _found.ConvertAll(f => f.Of with { Pid = f.Entry.Pid, Start = f.Entry.Start });

    public void Signal(int signal)
    {
        foreach (var (entry, _) in _found)
            LinuxSignal.Send(entry, signal);
    }

    /// <summary>Waits until nothing is left.</summary>
    /// <param name="limit">For how long.</param>
    /// <param name="signal">What is sent to all that is there, at first and whenever some of it has ended; null for nothing.</param>
    /// <param name="time">The clock.</param>
    public async Task<bool> AreGoneWithinAsync(TimeSpan limit, int? signal, TimeProvider time)
    {
        var start = time.GetTimestamp();
        while (Look().Count > 0)
        {
            if (signal is { } kill)
                Signal(kill);
            var rest = limit - time.GetElapsedTime(start);
            if (rest <= TimeSpan.Zero)
                return false;
            using var enough = new CancellationTokenSource();
            await Task.WhenAny(ChildReaper.EndedAsync(Found, time), Task.Delay(rest, time, enough.Token));
            await enough.CancelAsync();
        }

        return true;
    }

    /// <summary>Says what became of all that was ever found.</summary>
    public IReadOnlyList<OrphanedAttempt> Result()
    {
        var left = _found.Select(f => f.Entry.Pid).ToHashSet();
        return
        [
            .. _seen.GroupBy(s => s.Value with { Pid = 0, Start = 0 }, s => s.Key.Pid).Select(g => new OrphanedAttempt(
                g.Key.ExecutionId, g.Key.Stage, g.Key.Attempt, [.. g.Where(pid => !left.Contains(pid)).Order()], [.. g.Where(left.Contains).Order()])),
        ];
    }

    private static Dictionary<long, ProcessRecord> ByPipe(IReadOnlyList<ProcessRecord> records)
    {
        var found = new Dictionary<long, ProcessRecord>();
        foreach (var record in records)
        {
            if (record.OutputPipe > 0)
                found.TryAdd(record.OutputPipe, record);
            if (record.ErrorPipe > 0)
                found.TryAdd(record.ErrorPipe, record);
        }

        return found;
    }

    // False where a process could not be told to be one of them or not.
    private bool TryLook()
    {
        var all = ProcTable.Read();
        var spared = OwnLine(all);
        var found = new Dictionary<int, (ProcEntry Entry, ProcessRecord Of)>();
        var isSure = true;
        var unburied = new Dictionary<int, ProcessRecord>();
        foreach (var entry in all)
        {
            if (spared.Contains(entry.Pid))
                continue;
            if (entry.IsDead)
            {
                // It has ended and nobody has collected it: its number, and so its session's, is not another's yet.
                if (records.FirstOrDefault(r => r.Pid == entry.Pid && r.Start == entry.Start) is { } ended && entry.Session == entry.Pid)
                    unburied[entry.Pid] = ended;
                continue;
            }

            if (!_seen.TryGetValue((entry.Pid, entry.Start), out var of))
            {
                var token = ProcTable.TokenOf(entry, out var isKnown);
                isSure &= isKnown;
                of = (token is not null ? _byToken.GetValueOrDefault(token) : null)
                    ?? records.FirstOrDefault(r => r.Pid == entry.Pid && r.Start == entry.Start) ?? HolderOf(entry);
            }

            if (of is not null)
                found[entry.Pid] = (entry, of);
        }

        for (var before = -1; before != found.Count;)
        {
            before = found.Count;
            // A session bears its first process's number, and while one of ours is in it the number is nobody else's.
            var sessions = found.Values.Where(f => IsOwnSession(f.Entry, f.Of)).DistinctBy(f => f.Entry.Session).ToDictionary(f => f.Entry.Session, f => f.Of);
            foreach (var (session, ended) in unburied)
                sessions.TryAdd(session, ended);
            foreach (var entry in all)
            {
                if (entry.IsDead || spared.Contains(entry.Pid) || found.ContainsKey(entry.Pid))
                    continue;
                if (sessions.TryGetValue(entry.Session, out var of))
                    found[entry.Pid] = (entry, of);
                else if (found.TryGetValue(entry.Parent, out var parent))
                    found[entry.Pid] = (entry, parent.Of);
            }
        }

        _found = [.. found.Values];
        return isSure;

        // Where its first process was not known yet when the owner died, a session that one of ours is in is ours unless
        // somebody else leads it.
        bool IsOwnSession(in ProcEntry entry, ProcessRecord of)
        {
            if (of.Pid > 0) return entry.Session == of.Pid;
            var session = entry.Session;
            return found.ContainsKey(session) || !Array.Exists(all, e => e.Pid == session && !e.IsDead);
        }
    }

    // What an attempt prints into is open in whatever it started, unless that went to lengths: pipes go from parent to child
    // as the environment does, and their numbers are nobody else's while somebody holds them.
    private ProcessRecord? HolderOf(in ProcEntry entry)
    {
        if (_byPipe.Count == 0)
            return null;
        foreach (var pipe in ProcTable.PipesOf(entry))
        {
            if (_byPipe.TryGetValue(pipe, out var of) && entry.Start >= of.Start)
                return of;
        }

        return null;
    }

    // This process and those above it: a stage may have started this very program in the folder that it recovers now.
    private static HashSet<int> OwnLine(ProcEntry[] all)
    {
        var byPid = all.ToDictionary(e => e.Pid);
        var line = new HashSet<int>();
        for (var pid = Environment.ProcessId; line.Add(pid) && byPid.TryGetValue(pid, out var entry);)
            pid = entry.Parent;
        return line;
    }
}
