namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>
/// The only thread and the only clock of a simulation. Whatever would go on somewhere, some time, stands here and goes on
/// when it is picked; timers fire when time is moved to them. What belongs to a dead engine never goes on.
/// </summary>
internal sealed class Picker(Random random)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly List<(Life Life, Action Go)> _ready = [];
    private readonly List<(Life Life, Func<bool> IsReady, Action Go)> _watched = [];
    private readonly PriorityQueue<(SimulatedTimer Timer, int Version), (long Due, long Order)> _timers = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _order;
    private TimeSpan _shift;

    /// <summary>Gets the monotonic clock in ticks.</summary>
    public long Ticks { get; private set; }

    public DateTimeOffset UtcNow => Start.AddTicks(Ticks) + _shift;

    /// <summary>Reads the clock, which takes its time: no two readings are the same.</summary>
    public DateTimeOffset ReadClock()
    {
        Ticks += TimeSpan.TicksPerMicrosecond;
        return UtcNow;
    }

    /// <summary>Gets how many steps were taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Refuses a caller that got away to another thread: what it does would not come from the seed.</summary>
    public void CheckThread()
    {
        if (Environment.CurrentManagedThreadId != _thread) throw new InvalidOperationException("Something escaped to another thread.");
    }

    public void Post(Life life, Action go)
    {
        CheckThread();
        if (life.IsAlive) _ready.Add((life, go));
    }

    /// <summary>Goes on when it is picked.</summary>
    public Task StepAsync(Life life)
    {
        var picked = new TaskCompletionSource();
        Post(life, picked.SetResult);
        return picked.Task;
    }

    /// <summary>Goes on when the time is over, or the token is signalled. (The library ends a delay of its own on the pool.)</summary>
    public async Task DelayAsync(Life life, TimeSpan time, CancellationToken cancellationToken = default)
    {
        var over = new TaskCompletionSource();
        using var timer = new SimulatedTimer(this, life, () => over.TrySetResult());
        timer.Change(time, Timeout.InfiniteTimeSpan);
        using var stop = cancellationToken.UnsafeRegister(_ => Post(life, () => over.TrySetResult()), null);
        await over.Task;
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Goes on when a condition holds and it is picked.</summary>
    public Task UntilAsync(Life life, Func<bool> isReady)
    {
        CheckThread();
        var picked = new TaskCompletionSource();
        _watched.Add((life, isReady, picked.SetResult));
        return picked.Task;
    }

    /// <summary>Takes one of the steps that are ready.</summary>
    public bool Go()
    {
        for (var i = _watched.Count - 1; i >= 0; i--)
        {
            var (life, isReady, go) = _watched[i];
            if (life.IsAlive && !isReady()) continue;
            _watched[i] = _watched[^1];
            _watched.RemoveAt(_watched.Count - 1);
            Post(life, go);
        }

        while (_ready.Count > 0)
        {
            var index = random.Next(_ready.Count);
            var (life, go) = _ready[index];
            _ready[index] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            if (!life.IsAlive) continue;
            Steps++;
            go();
            return true;
        }

        return FireDue() && Go();
    }

    /// <summary>Moves time to the next timer.</summary>
    public bool Wake()
    {
        while (_timers.TryDequeue(out var next, out var at))
        {
            if (!next.Timer.IsSet(next.Version)) continue;
            Ticks = Math.Max(Ticks, at.Due);
            next.Timer.Fire();
            return true;
        }

        return false;
    }

    /// <summary>Lets time pass; what became due fires, in any order.</summary>
    public void Pass(TimeSpan time)
    {
        Ticks += time.Ticks;
        FireDue();
    }

    /// <summary>Sets the clock on the wall, which no timer looks at.</summary>
    public void Jump(TimeSpan by) => _shift += by;

    public void Set(SimulatedTimer timer, int version, TimeSpan due)
    {
        CheckThread();
        _timers.Enqueue((timer, version), (Ticks + Math.Max(0, due.Ticks), _order++));
    }

    private bool FireDue()
    {
        var fired = false;
        while (_timers.TryPeek(out var next, out var at) && at.Due <= Ticks)
        {
            _timers.Dequeue();
            if (!next.Timer.IsSet(next.Version)) continue;
            next.Timer.Fire();
            fired = true;
        }

        return fired;
    }
}
