using System.Globalization;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Streaming.Hubs;

namespace Sightglass.Server.Streaming.Overview;

/// <summary>
/// What changes of executions, for all who watch the overview: rows are gathered for a moment, of each execution the newest
/// counts, and those of which status, stage or counts differ become frames in one shared ring. It listens only while somebody
/// watches.
/// </summary>
internal sealed class OverviewHub(EventFeed feed, TimeProvider time) : IDisposable
{
    // Taken in this order. What owners of executions wait for is _gate alone, which nobody holds while frames are made.
    private readonly Lock _passing = new();
    private readonly Lock _gate = new();
    private readonly ViewerLane _lane = new();
    private Dictionary<Guid, ExecutionListItem> _waiting = [];
    private Dictionary<Guid, Tombstone> _deleted = [];
    private readonly Dictionary<Guid, (ExecutionStatus Status, int Stage, StageCounts Counts)> _told = [];
    private readonly OverviewFrame?[] _ring = new OverviewFrame?[StreamLimits.FeedFrames];
    private IDisposable? _listening;
    private IDisposable? _listeningErased;
    private ITimer? _timer;
    private string _epoch = "";
    private long _next;
    private long _oldest;
    private long _bytes;
    private long _version;
    private long _resets;
    private int _viewers;
    private bool _overflown;

    public long Version => Volatile.Read(ref _version);

    /// <summary>Gets the number of the next frame.</summary>
    public long Next => Volatile.Read(ref _next);

    /// <summary>Gets what tells this run of numbers from others: a cursor of another one says nothing.</summary>
    public string Epoch => Volatile.Read(ref _epoch);

    /// <summary>Gets how often frames were given up because there were too many.</summary>
    public long Resets => Volatile.Read(ref _resets);

    public OverviewViewer Join()
    {
        var viewer = new OverviewViewer(this);
        lock (_passing)
        {
            if (_viewers++ == 0) Begin();
            _lane.Add(viewer);
        }

        return viewer;
    }

    public void Leave(OverviewViewer viewer)
    {
        lock (_passing)
        {
            _lane.Remove(viewer);
            if (--_viewers == 0) End();
        }
    }

    /// <summary>Gets a frame; nothing where it is no longer there, or not yet.</summary>
    public OverviewFrame? Get(long number) => Volatile.Read(ref _ring[number % _ring.Length]) is { } frame && frame.Number == number ? frame : null;

    /// <summary>Wakes all who watch, to hear what is not in the ring.</summary>
    public void Signal()
    {
        Interlocked.Increment(ref _version);
        _lane.Signal();
    }

    public void WakeQuiet(long before) => _lane.WakeQuiet(before);

    public void Dispose()
    {
        lock (_passing) End();
    }

    // Guarded by _passing. What happened while nobody listened is not known, so the numbers are others each time.
    private void Begin()
    {
        _epoch = time.GetUtcNow().UtcTicks.ToString("x", CultureInfo.InvariantCulture);
        (_next, _oldest, _bytes) = (1, 1, 0);
        Array.Clear(_ring);
        _told.Clear();
        lock (_gate)
        {
            _timer = time.CreateTimer(static hub => ((OverviewHub)hub!).Pass(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _listening = feed.Listen(Gather);
            _listeningErased = feed.ListenErased(Gather);
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _listening?.Dispose();
            _listeningErased?.Dispose();
            _timer?.Dispose();
            _listening = _listeningErased = null;
            _timer = null;
            _waiting.Clear();
            _deleted.Clear();
            _overflown = false;
        }
    }

    private void Gather(ExecutionListItem item)
    {
        // Lists do not show children either.
        if (item.Summary.ParentId is not null) return;
        lock (_gate) Gather(_waiting, item.Summary.Id, item);
    }

    private void Gather(Tombstone tombstone)
    {
        lock (_gate)
        {
            _waiting.Remove(tombstone.Id);
            Gather(_deleted, tombstone.Id, tombstone);
        }
    }

    // Guarded by _gate.
    private void Gather<T>(Dictionary<Guid, T> into, Guid id, T what)
    {
        if (_listening is null) return;
        if (_waiting.Count + _deleted.Count == 0 && !_overflown) _timer?.Change(StreamLimits.FeedPause, Timeout.InfiniteTimeSpan);
        if (_waiting.Count + _deleted.Count < StreamLimits.FeedFrames || into.ContainsKey(id)) into[id] = what;
        else _overflown = true;
    }

    /// <summary>Makes frames of what was gathered.</summary>
    private void Pass()
    {
        lock (_passing)
        {
            var (changed, deleted) = Take();
            foreach (var item in changed.Values)
            {
                var row = item.Summary;
                var now = (row.Status, row.CurrentStage, row.Stages);
                if (_told.TryGetValue(row.Id, out var told) && told == now) continue;
                if (row.Status.IsTerminal()) _told.Remove(row.Id);
                else if (_told.Count < StreamLimits.FeedKnown) _told[row.Id] = now;
                Put(OverviewFrame.Of(_epoch, _next, item));
            }

            foreach (var tombstone in deleted.Values) Put(OverviewFrame.OfDeleted(_epoch, _next, tombstone));
        }

        Signal();
    }

    // Guarded by _passing.
    private void Put(OverviewFrame frame)
    {
        for (_bytes += frame.Bytes.Length; _next - _oldest >= _ring.Length || (_bytes > StreamLimits.FeedBytes && _oldest < _next); _oldest++)
        {
            ref var old = ref _ring[_oldest % _ring.Length];
            _bytes -= old!.Bytes.Length;
            Volatile.Write(ref old, null);
        }

        Volatile.Write(ref _ring[_next % _ring.Length], frame);
        Volatile.Write(ref _next, _next + 1);
    }

    private (Dictionary<Guid, ExecutionListItem> Changed, Dictionary<Guid, Tombstone> Deleted) Take()
    {
        lock (_gate)
        {
            var taken = (_waiting, _deleted);
            (_waiting, _deleted) = ([], []);
            if (!_overflown) return taken;

            // More has changed in a moment than the ring holds: whoever watches reads the lists again.
            _overflown = false;
            _told.Clear();
            _resets++;
            return ([], []);
        }
    }
}
