namespace Sightglass.Core.Stages.Http;

/// <summary>Ends a request when the other side has said nothing for too long, or the caller stops it.</summary>
internal sealed class SilenceTimer : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;
    private readonly ITimer _timer;
    private volatile bool _expired;

    public SilenceTimer(TimeSpan limit, TimeProvider time, CancellationToken caller)
    {
        (_limit, Caller) = (limit, caller);
        _source = new CancellationTokenSource();
        Token = _source.Token;
        _registration = caller.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _source);
        _timer = time.CreateTimer(static state => ((SilenceTimer)state!).Expire(), this, limit, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Caller { get; }

    public CancellationToken Token { get; }

    public bool HasExpired => _expired;

    public void Restart() => _timer.Change(_limit, Timeout.InfiniteTimeSpan);

    public void Stop() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer.Dispose();
        _registration.Dispose();
    }

    private void Expire()
    {
        _expired = true;
        _source.Cancel();
    }
}
