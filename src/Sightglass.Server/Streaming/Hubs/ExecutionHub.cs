using Microsoft.Extensions.Logging;
using Sightglass.Core.Scheduling;

namespace Sightglass.Server.Streaming.Hubs;

/// <summary>Follows one execution for all who watch it: one subscription, one look at the store each second, one ring of
/// blocks, each encoded once.</summary>
internal sealed class ExecutionHub : IDisposable
{
    // A step that only says that nothing happened is of no use: viewers count their own silence.
    private static readonly TimeSpan Quiet = TimeSpan.FromDays(1);

    private readonly ViewerLane[] _lanes;
    private readonly CancellationTokenSource _left = new();
    private readonly CancellationToken _end;
    private HubState _state;
    private long _version;
    private int _watching;
    private long _watchingSince;

    /// <param name="executionId">The execution.</param>
    /// <param name="last">A sequence that its log has reached; the ring begins after it.</param>
    public ExecutionHub(Guid executionId, long last)
    {
        ExecutionId = executionId;
        _end = _left.Token;
        _state = new HubState(last, Ended: false);
        _lanes = new ViewerLane[Math.Clamp(Environment.ProcessorCount, 1, StreamLimits.MaxLanes)];
        for (var i = 0; i < _lanes.Length; i++) _lanes[i] = new ViewerLane();
    }

    public Guid ExecutionId { get; }

    public FrameRing Ring { get; } = new();

    /// <summary>Gets how the log stands; what it tells of is in the ring already.</summary>
    public HubState State => Volatile.Read(ref _state);

    /// <summary>Gets how often there was something new.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Gets or sets how many watch; guarded by the registry.</summary>
    public int Viewers { get; set; }

    /// <summary>Gets who of them is told of to the others; guarded by the registry.</summary>
    public Watchers Watchers { get; } = new();

    /// <summary>Gets how many watch, as it was told last; 0 before the first time.</summary>
    public int Watching => Volatile.Read(ref _watching);

    /// <summary>Makes a viewer's place; its lane is the one with the fewest.</summary>
    public ExecutionViewer Add(string? watcher)
    {
        var lane = _lanes.MinBy(static l => l.Count)!;
        var viewer = new ExecutionViewer(this, lane, watcher);
        lane.Add(viewer);
        return viewer;
    }

    /// <summary>Follows the log until it is disposed.</summary>
    public async Task RunAsync(LogFollower follower, TimeProvider time, ILogger logger)
    {
        var token = _end;
        while (!token.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(follower, token).ConfigureAwait(false);
                Change(State with { Gone = true });
                return;
            }
            catch (OperationCanceledException) when (token.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The store is away, or fails to read: whoever watches waits with it, and hears heartbeats meanwhile.
                ServerLog.FollowFailed(logger, ExecutionId, e);
                await Task.Delay(StreamLimits.FollowRetry, time, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
    }

    /// <summary>Wakes all who watch, to hear what is not in the log.</summary>
    public void Signal()
    {
        Interlocked.Increment(ref _version);
        foreach (var lane in _lanes) lane.Signal();
    }

    /// <summary>Tells how many watch where that has changed, and not every time that somebody of many comes or goes.</summary>
    public void TellWatching(int count, TimeProvider time)
    {
        if (count == _watching || (_watching > 0 && time.GetElapsedTime(_watchingSince) < StreamLimits.WatchingPause)) return;
        _watchingSince = time.GetTimestamp();
        Volatile.Write(ref _watching, count);
        Signal();
    }

    public void WakeQuiet(long before)
    {
        foreach (var lane in _lanes) lane.WakeQuiet(before);
    }

    private async Task FollowAsync(LogFollower follower, CancellationToken cancellationToken)
    {
        await foreach (var step in follower.FollowAsync(ExecutionId, State.Last, Quiet, cancellationToken).ConfigureAwait(false))
        {
            var last = State.Last;
            foreach (var block in step.Blocks)
            {
                // The first may begin before the cursor; what begins before the ring is of no use in it.
                if (block.LastSeq > last) Ring.Add(block);
            }

            var state = new HubState(Math.Max(last, step.Last), step.Ended, step.Blocks.Count > 0 || step.Ended ? null : step.Parked ?? State.Parked);
            if (state != State) Change(state);
        }
    }

    private void Change(HubState state)
    {
        Volatile.Write(ref _state, state);
        Signal();
    }
}
