using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Scheduling;

/// <summary>An attempt that a worker has in hand, and the way to stop it.</summary>
internal sealed class RunningAttempt(StartAttempt start, EngineParts parts) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private int _timedOut;

    // Guarded by _gate.
    private readonly Lock _gate = new();
    private bool _disposed;

    public StartAttempt Start => start;

    public CancellationToken Token => _stop.Token;

    public bool TimedOut => Volatile.Read(ref _timedOut) == 1;

    /// <summary>Asks the attempt to stop. A timer whose callback is on its way is not held back by its disposal, so this may
    /// come when the attempt has ended; an exception there would end the process.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            // The callbacks run on the pool, not under the lock.
            if (!_disposed) _ = parts.CancelAsync(_stop);
        }
    }

    public void TimeOut()
    {
        Volatile.Write(ref _timedOut, 1);
        Stop();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _stop.Dispose();
        }
    }
}
