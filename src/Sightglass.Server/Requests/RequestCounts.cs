namespace Sightglass.Server.Requests;

/// <summary>How many requests there were, and how many of them got as far as the handler of their route.</summary>
internal sealed class RequestCounts
{
    private long _received;
    private long _handled;

    public long Received => Volatile.Read(ref _received);

    public long Handled => Volatile.Read(ref _handled);

    public void Receive() => Interlocked.Increment(ref _received);

    public void Handle() => Interlocked.Increment(ref _handled);
}
