using System.Collections.Concurrent;
using System.Diagnostics;
using Sightglass.Core.Ports;

namespace Sightglass.Load.Commits;

/// <summary>A store that notes how long each append took, as its owner saw it.</summary>
internal sealed class TimedStore(IEventStore inner) : IEventStore
{
    public ConcurrentQueue<double> Milliseconds { get; } = new();

    public async ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
    {
        var from = Stopwatch.GetTimestamp();
        var outcome = await inner.AppendAsync(append, cancellationToken);
        Milliseconds.Enqueue(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        return outcome;
    }

    public ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(executionId, after, filter, maxBytes, cancellationToken);

    public ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default) =>
        inner.ReadFromPositionAsync(afterPosition, maxBytes, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default) =>
        inner.ReadValueAsync(reference, offset, length, cancellationToken);

    public ValueTask<ExecutionPage> ListAsync(ExecutionQuery query, CancellationToken cancellationToken = default) => inner.ListAsync(query, cancellationToken);

    public ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default) => inner.ClaimAsync(executionId, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
