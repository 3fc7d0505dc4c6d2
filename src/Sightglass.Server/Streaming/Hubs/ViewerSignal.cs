using System.Threading.Tasks.Sources;

namespace Sightglass.Server.Streaming.Hubs;

/// <summary>How a viewer waits for the hub it watches: no timer, no channel, nothing made for a wait.</summary>
/// <remarks>The viewer alone calls <see cref="WaitAsync"/>, one wait at a time; anybody may call <see cref="Wake"/> and
/// <see cref="Cancel"/>. A woken viewer goes on where it is woken: a lane of the hub passes from one to the next.</remarks>
internal abstract class ViewerSignal : IValueTaskSource
{
    private const int Running = 0;
    private const int Waiting = 1;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state = Running;
    private volatile bool _cancelled;

    /// <summary>Gets whether the viewer is to stop: it has left, or the stream is taken from it.</summary>
    public bool IsCancelled => _cancelled;

    /// <summary>Gets or sets, as a timestamp of the server's clock, since when nothing was sent to the viewer.</summary>
    public long QuietSince { get; set; }

    /// <summary>Gets or sets where the viewer stands among those of its lane; the lane's own.</summary>
    public int Slot { get; set; }

    /// <summary>Gets how often the hub has had something new to say.</summary>
    public abstract long Version { get; }

    /// <summary>Waits until there is something new.</summary>
    /// <param name="seen">The version before the viewer last looked.</param>
    public ValueTask WaitAsync(long seen)
    {
        _source.Reset();
        Interlocked.Exchange(ref _state, Waiting);

        // What came between the look and here would otherwise wake nobody.
        if ((Version != seen || _cancelled) && Interlocked.CompareExchange(ref _state, Running, Waiting) == Waiting) return ValueTask.CompletedTask;
        return new ValueTask(this, _source.Version);
    }

    /// <summary>Lets a viewer that waits go on, on this thread.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _state) == Waiting && Interlocked.CompareExchange(ref _state, Running, Waiting) == Waiting) _source.SetResult(true);
    }

    /// <summary>Tells the viewer to stop.</summary>
    public void Cancel()
    {
        _cancelled = true;
        Wake();
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
