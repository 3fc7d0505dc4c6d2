namespace Sightglass.Core.Tests.Definitions;

/// <summary>A clock that stands still until it is moved; timers fire while it is moved.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _awaited = TimeSpan.MinValue;
    private DateTimeOffset _now = new(2026, 11, 20, 17, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    /// <summary>Completes when a timer is due within a time.</summary>
    public Task WhenArmed(TimeSpan within)
    {
        lock (_gate)
        {
            _awaited = within;
            if (_timers.Exists(timer => timer.Due <= _now + within)) _armed.TrySetResult();
        }

        return _armed.Task;
    }

    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (_gate)
        {
            _now += by;
            due = _timers.FindAll(timer => timer.Due <= _now);
            foreach (var timer in due) timer.Due = timer.Period == Timeout.InfiniteTimeSpan ? null : _now + timer.Period;
        }

        foreach (var timer in due) timer.Fire();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (_gate) _timers.Add(timer);
        return timer;
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : time._now + dueTime;
                Period = period;
                if (time._awaited >= TimeSpan.Zero && Due <= time._now + time._awaited) time._armed.TrySetResult();
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._gate) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
