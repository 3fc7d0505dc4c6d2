namespace Sightglass.Core.Tests.Executions.Golden;

/// <summary>A clock that stands still until it is moved, so that a log has the same times however fast the machine is. A
/// timer that is set to a moment already passed fires at once: the engine may set one after the test moved the clock.</summary>
internal sealed class LogClock(DateTimeOffset start) : TimeProvider
{
    // Guarded by _gate.
    private readonly Lock _gate = new();
    private readonly List<Timer> _set = [];
    private DateTimeOffset _now = start;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _free;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(double milliseconds)
    {
        lock (_gate)
        {
            _now += TimeSpan.FromMilliseconds(milliseconds);
            FireDue();
        }
    }

    /// <summary>Moves the clock past what the engine waits for, once it does: a timer set while the clock moves, by a wait
    /// that was reckoned before, would be late.</summary>
    public async Task AdvanceToDueAsync(double milliseconds)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_set.Exists(t => t.Due <= _now + TimeSpan.FromMilliseconds(milliseconds))) break;
                changed = _changed.Task;
            }

            await changed.WaitAsync(TimeSpan.FromSeconds(30));
        }

        Advance(milliseconds);
    }

    /// <summary>Lets every timer fire as soon as it is set: for the end of a test, which waits for nothing any more.</summary>
    public void LetGo()
    {
        lock (_gate)
        {
            _free = true;
            FireDue();
        }
    }

    private void FireDue()
    {
        foreach (var timer in _set.Where(t => _free || t.Due <= _now).ToArray())
        {
            _set.Remove(timer);

            // On the pool, as the system's timers fire: not on the thread that moved the clock, which may be a stage's.
            ThreadPool.UnsafeQueueUserWorkItem(static t => t.Fire(), timer, preferLocal: false);
        }
    }

    private sealed class Timer(LogClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._set.Remove(this);
                if (dueTime < TimeSpan.Zero) return true;
                Due = clock._now + dueTime;
                clock._set.Add(this);
                clock.FireDue();
                clock._changed.TrySetResult();
                clock._changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate) clock._set.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
