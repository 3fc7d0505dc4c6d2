namespace Sightglass.Core.Scheduling;

/// <summary>Wakes executions when something is due: one timer for all, set to the earliest, and one entry for each, so that
/// nothing is kept of one that has ended. Guarded by <c>_gate</c>.</summary>
internal sealed class DueTimes : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly SortedSet<Entry> _queue = new(Comparer<Entry>.Create(static (a, b) => (a.Due, a.Order).CompareTo((b.Due, b.Order))));
    private readonly Dictionary<ExecutionActor, Entry> _entries = [];
    private readonly TimeProvider _time;
    private readonly Action<ExecutionActor> _wake;
    private readonly ITimer _timer;
    private DateTimeOffset _set = DateTimeOffset.MaxValue;
    private long _order;

    public DueTimes(TimeProvider time, Action<ExecutionActor> wake)
    {
        _time = time;
        _wake = wake;
        _timer = time.CreateTimer(static s => ((DueTimes)s!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets how many executions wait for the clock.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _queue.Count;
        }
    }

    /// <summary>Sets when an execution is woken next; <see langword="null"/> for never.</summary>
    public void Schedule(ExecutionActor actor, DateTimeOffset? due)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(actor, out var known))
            {
                if (known.Due == due) return;
                _entries.Remove(actor);
                _queue.Remove(known);
            }

            if (due is not { } at) return;
            var entry = new Entry(at, _order++, actor);
            _entries[actor] = entry;
            _queue.Add(entry);
            if (at < _set) Set(at);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Fire()
    {
        var woken = new List<ExecutionActor>();
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            while (_queue.Min is { } first && first.Due <= now)
            {
                _queue.Remove(first);
                _entries.Remove(first.Actor);
                woken.Add(first.Actor);
            }

            _set = DateTimeOffset.MaxValue;
            if (_queue.Min is { } next) Set(next.Due);
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

    private sealed record Entry(DateTimeOffset Due, long Order, ExecutionActor Actor);
}
