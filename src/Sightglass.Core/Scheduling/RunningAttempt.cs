using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Scheduling;

/// <summary>An attempt that a worker has in hand, and the way to stop it.</summary>
internal sealed class RunningAttempt(StartAttempt start) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private int _timedOut;

    public StartAttempt Start => start;

    public CancellationToken Token => _stop.Token;

    public bool TimedOut => Volatile.Read(ref _timedOut) == 1;

    public void Stop() => _stop.CancelAsync();

    public void TimeOut()
    {
        Volatile.Write(ref _timedOut, 1);
        Stop();
    }

    public void Dispose() => _stop.Dispose();
}
