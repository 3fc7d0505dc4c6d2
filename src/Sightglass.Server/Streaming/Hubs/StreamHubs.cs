using Microsoft.Extensions.Logging;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Streaming.Overview;

namespace Sightglass.Server.Streaming.Hubs;

/// <summary>The hubs of all executions that somebody watches, and what their viewers share: one timer, and turns at the store.</summary>
internal sealed class StreamHubs : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, ExecutionHub> _hubs = [];
    private readonly SemaphoreSlim _catchUps = new(StreamLimits.CatchUps);
    private readonly ServerOptions _options;
    private readonly PipelineEngine _engine;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;
    private readonly CancellationTokenRegistration _stop;
    private readonly ITimer _timer;

    public StreamHubs(ServerOptions options, PipelineEngine engine, ILogger logger, CancellationToken stopping)
    {
        _options = options;
        _engine = engine;
        _logger = logger;
        _stopping = stopping;
        Overview = new OverviewHub(engine.Feed, options.Time);
        var beat = options.Heartbeat / 4;
        var tick = beat < StreamLimits.Tick ? beat : StreamLimits.Tick;
        _timer = options.Time.CreateTimer(static hubs => ((StreamHubs)hubs!).WakeQuiet(), this, tick, tick);
        _stop = stopping.UnsafeRegister(static hubs => ((StreamHubs)hubs!).Signal(), this);
    }

    /// <summary>Gets the hub of all executions together.</summary>
    public OverviewHub Overview { get; }

    /// <summary>Gets whether the server stops: viewers are told to come back, to whoever serves then.</summary>
    public bool IsDraining => _stopping.IsCancellationRequested;

    /// <summary>Takes a place at an execution's hub; give it back with <see cref="Leave"/>.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="last">A sequence that its log has reached.</param>
    /// <param name="watcher">As whom it counts among those who watch, empty for one of its own; null where it does not.</param>
    public ExecutionViewer Join(Guid executionId, long last, string? watcher)
    {
        lock (_gate)
        {
            if (!_hubs.TryGetValue(executionId, out var hub))
            {
                hub = new ExecutionHub(executionId, last);
                _hubs.Add(executionId, hub);
                _ = Task.Run(() => hub.RunAsync(_engine.Follower, _options.Time, _logger));
            }

            hub.Viewers++;
            if (watcher is not null) hub.Watchers.Add(watcher);
            return hub.Add(watcher);
        }
    }

    public void Leave(ExecutionViewer viewer)
    {
        viewer.Leave();
        var hub = viewer.Hub;
        lock (_gate)
        {
            if (viewer.Watcher is { } watcher) hub.Watchers.Remove(watcher);
            if (--hub.Viewers > 0 || !_hubs.Remove(hub.ExecutionId)) return;
        }

        hub.Dispose();
    }

    /// <summary>Reads from the store for a viewer whose cursor is behind the ring, in its turn.</summary>
    public async ValueTask<LogPage> CatchUpAsync(Guid executionId, long after, CancellationToken cancellationToken)
    {
        // A store may read on the thread that asks, and this one may have other viewers to wake.
        await Task.Yield();
        await _catchUps.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _engine.Store.ReadAsync(executionId, after, BlockFilter.All, StreamLimits.CatchUpBytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _catchUps.Release();
        }
    }

    /// <summary>Wakes every viewer, to look at what has changed beside the logs.</summary>
    public void Signal()
    {
        Overview.Signal();
        foreach (var hub in Hubs()) hub.Signal();
    }

    public void Dispose()
    {
        _stop.Dispose();
        _timer.Dispose();
        Overview.Dispose();
        var hubs = Hubs();
        lock (_gate) _hubs.Clear();
        foreach (var hub in hubs) hub.Dispose();
        _catchUps.Dispose();
    }

    private void WakeQuiet()
    {
        var before = _options.Time.GetTimestamp() - (long)(_options.Heartbeat.TotalSeconds * _options.Time.TimestampFrequency);
        Overview.WakeQuiet(before);
        foreach (var hub in Hubs())
        {
            int count;
            lock (_gate) count = hub.Watchers.Count;
            hub.TellWatching(count, _options.Time);
            hub.WakeQuiet(before);
        }
    }

    private ExecutionHub[] Hubs()
    {
        lock (_gate) return [.. _hubs.Values];
    }
}
