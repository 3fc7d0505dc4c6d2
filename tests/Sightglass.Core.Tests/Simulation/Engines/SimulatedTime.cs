namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>The clock as one engine sees it.</summary>
internal sealed class SimulatedTime(Picker picker, Life life) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => picker.Ticks;

    public override DateTimeOffset GetUtcNow() => picker.ReadClock();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(picker, life, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }
}

/// <summary>A timer that fires when its time is reached and it is picked.</summary>
internal sealed class SimulatedTimer(Picker picker, Life life, Action callback) : ITimer
{
    private int _version;
    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private bool _set;

    public bool IsSet(int version) => _set && version == _version && life.IsAlive;

    public void Fire()
    {
        _set = _period != Timeout.InfiniteTimeSpan;
        if (_set) picker.Set(this, _version, _period);
        if (life.World.Mutant.LosesTimer(life.World)) return;
        picker.Post(life, callback);
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        _version++;
        _period = period;
        _set = dueTime != Timeout.InfiniteTimeSpan;
        if (_set) picker.Set(this, _version, dueTime);
        return true;
    }

    public void Dispose() => _set = false;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
