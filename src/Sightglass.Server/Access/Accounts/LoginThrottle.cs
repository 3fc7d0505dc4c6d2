namespace Sightglass.Server.Access.Accounts;

/// <summary>Makes whoever fails to log in wait longer and longer, by account and by address. Safe for concurrent use.</summary>
internal sealed class LoginThrottle(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Tries> _tries = new(StringComparer.Ordinal);

    /// <summary>Gets how many accounts and addresses are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _tries.Count;
        }
    }

    /// <summary>Counts a try before it is checked, so that many at once count as many.</summary>
    /// <returns>How long to wait before it may be made; <see langword="null"/> where it may be made now.</returns>
    public TimeSpan? Begin(string account, string address)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var wait = TimeSpan.FromTicks(Math.Max(WaitOf(account, now).Ticks, WaitOf(address, now).Ticks));
            if (wait > TimeSpan.Zero) return wait;
            Note(account, AccessLimits.FreeTriesOfAccount, AccessLimits.LongestAccountWait, now);
            Note(address, AccessLimits.FreeTriesOfAddress, AccessLimits.LongestAddressWait, now);
            return null;
        }
    }

    /// <summary>Takes back what a try that succeeded was counted as. What the address failed before stays counted: it may try
    /// passwords of others beside one that it knows.</summary>
    public void Succeeded(string account, string address)
    {
        lock (_gate)
        {
            _tries.Remove(account);
            if (_tries.TryGetValue(address, out var tries)) _tries[address] = tries with { Count = Math.Max(0, tries.Count - 1), Until = DateTimeOffset.MinValue };
        }
    }

    private TimeSpan WaitOf(string who, DateTimeOffset now) => _tries.TryGetValue(who, out var tries) && tries.Until > now ? tries.Until - now : TimeSpan.Zero;

    private void Note(string who, int free, TimeSpan longest, DateTimeOffset now)
    {
        var count = _tries.TryGetValue(who, out var tries) && now - tries.Last < AccessLimits.TriesForgotten ? tries.Count + 1 : 1;
        var wait = count < free ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, Math.Pow(2, Math.Min(count - free, 20))));
        if (!_tries.ContainsKey(who) && _tries.Count >= AccessLimits.MaxTries) MakeRoom(now);
        _tries[who] = new Tries(count, now, now + wait);
    }

    // A tenth at a time, so that a flood of names costs little; those that were tried longest ago go first.
    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var old in _tries.Where(t => now - t.Value.Last >= AccessLimits.TriesForgotten).Select(t => t.Key).ToList()) _tries.Remove(old);
        if (_tries.Count < AccessLimits.MaxTries) return;
        foreach (var old in _tries.OrderBy(t => t.Value.Until).ThenBy(t => t.Value.Last).Take(AccessLimits.MaxTries / 10).Select(t => t.Key).ToList()) _tries.Remove(old);
    }

    private readonly record struct Tries(int Count, DateTimeOffset Last, DateTimeOffset Until);
}
