using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <summary>
/// Whether the store takes what the engine has for it. Commits that failed are known from their owners. A store that still
/// commits, from what it had in reserve, says so itself: then nothing new is started and output waits, so that the rest is
/// left for what has to be recorded, such as a cancellation.
/// </summary>
internal sealed class StoreHealth(IEventStore store, TimeProvider time, Action<StoreTrouble?> changed) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly IStoreUpkeep? _upkeep = store as IStoreUpkeep;

    // Owned by _gate.
    private readonly Lock _gate = new();
    private readonly HashSet<ExecutionActor> _held = [];
    private StoreTrouble? _told;
    private ITimer? _timer;

    // Written under _gate, read by anyone.
    private volatile StoreTrouble? _failure;
    private volatile TaskCompletionSource _away = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets what is wrong now.</summary>
    public StoreTrouble? Trouble => _failure ?? _upkeep?.Trouble;

    /// <summary>Gets the task that completes when commits begin to fail.</summary>
    public Task Away => _away.Task;

    /// <summary>Tells whether new work is to wait; if so the actor is told when it need not any more.</summary>
    public bool Holds(ExecutionActor actor)
    {
        if (_upkeep?.Trouble is null) return false;
        lock (_gate)
        {
            _held.Add(actor);
            Watch();
        }

        return true;
    }

    /// <summary>Notes that the store failed.</summary>
    public void Failed(Exception e)
    {
        lock (_gate)
        {
            var code = e is StoreUnavailableException known ? known.Code : "store_failed";
            if (_failure?.Code != code) _failure = new StoreTrouble(code, e.Message, _failure?.Since ?? time.GetUtcNow());
            _away.TrySetResult();
            Watch();
        }
    }

    /// <summary>Notes that the store committed.</summary>
    public void Committed()
    {
        if (_failure is null) return;
        lock (_gate)
        {
            _failure = null;
            _away = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Look();
    }

    public void Dispose()
    {
        lock (_gate) _timer?.Dispose();
    }

    // Owned by whoever holds _gate.
    private void Watch() => _timer ??= time.CreateTimer(static state => ((StoreHealth)state!).Look(), this, TimeSpan.Zero, LookEvery);

    private void Look()
    {
        ExecutionActor[] released = [];
        StoreTrouble? trouble;
        bool isNews;
        lock (_gate)
        {
            trouble = Trouble;
            isNews = trouble?.Code != _told?.Code;
            _told = trouble;
            if (_upkeep?.Trouble is null)
            {
                released = [.. _held];
                _held.Clear();
            }

            if (trouble is null && _timer is not null)
            {
                _timer.Dispose();
                _timer = null;
            }
        }

        if (isNews) changed(trouble);
        foreach (var actor in released) actor.Release();
    }
}
