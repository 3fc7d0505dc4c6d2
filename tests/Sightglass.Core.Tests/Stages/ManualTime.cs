namespace Sightglass.Core.Tests.Stages;

/// <summary>A clock that a test turns.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _now;
    private TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate)
            return _now.Ticks;
    }

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero) + new TimeSpan(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Waits until somebody waits for the clock.</summary>
    public async Task ArmedAsync()
    {
        while (true)
        {
            Task armed;
            lock (_gate)
            {
                if (_timers.Count > 0)
                    return;
                armed = _armed.Task;
            }

            await armed;
        }
    }

    /// <summary>Waits until somebody waits for this long from now.</summary>
    public async Task ArmedAsync(TimeSpan wait)
    {
        while (true)
        {
            Task armed;
            lock (_gate)
            {
                if (_timers.Exists(timer => timer.Due == _now + wait))
                    return;
                armed = _armed.Task;
            }

            await armed.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    public void Advance(TimeSpan by) => TryAdvance(by, null);

    /// <summary>Turns the clock unless somebody has asked to wait for just so long: for what the network has to do meanwhile,
    /// which knows no other clock.</summary>
    public bool TryAdvance(TimeSpan by, TimeSpan? unlessWaitedFor)
    {
        Timer[] due;
        lock (_gate)
        {
            if (unlessWaitedFor is { } wait && _timers.Exists(timer => timer.Wait == wait))
                return false;
            _now += by;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            _timers.RemoveAll(due.Contains);
        }

        foreach (var timer in due)
            timer.Fire();
        return true;
    }

    private sealed class Timer(ManualTime time, Action fire) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public TimeSpan Wait { get; private set; }

        public Action Fire { get; } = fire;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime < TimeSpan.Zero)
                    return true;
                Wait = dueTime;
                Due = time._now + dueTime;
                time._timers.Add(this);
                time._armed.TrySetResult();
                time._armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
                time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
