namespace Sightglass.Server.Streaming.Hubs;

/// <summary>Some of the viewers of a hub, woken one after the other by one thread at a time. What comes while it goes round is
/// for the next round, so that each viewer gets all of it in one write.</summary>
internal sealed class ViewerLane : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Queued = 1;
    private const int Again = 2;

    private readonly Lock _gate = new();
    private readonly List<ViewerSignal> _viewers = [];
    private ViewerSignal[]? _round = [];
    private int _state = Idle;

    public int Count
    {
        get
        {
            lock (_gate) return _viewers.Count;
        }
    }

    public void Add(ViewerSignal viewer)
    {
        lock (_gate)
        {
            viewer.Slot = _viewers.Count;
            _viewers.Add(viewer);
            _round = null;
        }
    }

    public void Remove(ViewerSignal viewer)
    {
        lock (_gate)
        {
            var last = _viewers[^1];
            _viewers[viewer.Slot] = last;
            last.Slot = viewer.Slot;
            _viewers.RemoveAt(_viewers.Count - 1);
            _round = null;
        }
    }

    /// <summary>Wakes all viewers soon.</summary>
    public void Signal()
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state == Again) return;
            if (Interlocked.CompareExchange(ref _state, state + 1, state) != state) continue;
            if (state == Idle) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return;
        }
    }

    /// <summary>Wakes those to whom nothing was sent for a while.</summary>
    /// <param name="before">Who was last sent something before this timestamp.</param>
    public void WakeQuiet(long before)
    {
        foreach (var viewer in Round())
        {
            if (viewer.QuietSince <= before) viewer.Wake();
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Taken before the round: what is signalled from here on asks for another.
        Interlocked.Exchange(ref _state, Queued);
        foreach (var viewer in Round()) viewer.Wake();
        if (Interlocked.CompareExchange(ref _state, Idle, Queued) == Queued) return;
        Volatile.Write(ref _state, Queued);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private ViewerSignal[] Round()
    {
        lock (_gate) return _round ??= [.. _viewers];
    }
}
