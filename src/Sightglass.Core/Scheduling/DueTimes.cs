namespace Sightglass.Core.Scheduling;

/// <summary>Wakes executions when something is due: one timer for all, set to the earliest. Guarded by <c>_gate</c>.</summary>
internal sealed class DueTimes : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<ExecutionActor, DateTimeOffset> _queue = new();
    private readonly Dictionary<ExecutionActor, DateTimeOffset> _earliest = [];
    private readonly TimeProvider _time;
    private readonly Action<ExecutionActor> _wake;
    private readonly ITimer _timer;
    private DateTimeOffset _set = DateTimeOffset.MaxValue;

    public DueTimes(TimeProvider time, Action<ExecutionActor> wake)
    {
        _time = time;
        _wake = wake;
        _timer = time.CreateTimer(static s => ((DueTimes)s!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Schedule(ExecutionActor actor, DateTimeOffset due)
    {
        lock (_gate)
        {
            if (_earliest.TryGetValue(actor, out var known) && known <= due) return;
            _earliest[actor] = due;
            _queue.Enqueue(actor, due);
            if (due < _set) Set(due);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        var woken = new List<ExecutionActor>();
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            while (_queue.TryPeek(out var actor, out var due) && due <= now)
            {
                _queue.Dequeue();
                if (!_earliest.TryGetValue(actor, out var earliest) || earliest != due) continue;
                _earliest.Remove(actor);
                woken.Add(actor);
            }

            _set = DateTimeOffset.MaxValue;
            if (_queue.TryPeek(out _, out var next)) Set(next);
        }

        foreach (var actor in woken) _wake(actor);
    }

    private void Set(DateTimeOffset due)
    {
        _set = due;
        var wait = due - _time.GetUtcNow();

        // Rounded up: a timer that fires a fraction early would find nothing due.
        var milliseconds = Math.Ceiling(Math.Clamp(wait.TotalMilliseconds, 0, Longest.TotalMilliseconds));
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
