using Sightglass.Core.Ports;

namespace Sightglass.Server.Tests;

/// <summary>A store in memory whose disk is full for as long as the test says.</summary>
internal sealed class FullDisk : IEventStore, IRecordStore
{
    private readonly InMemoryEventStore _inner = new();

    public bool IsFull { get; set; }

    public ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default) =>
        IsFull ? throw new StoreUnavailableException("disk_full", "The disk is full.") : _inner.AppendAsync(append, cancellationToken);

    public ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default) =>
        _inner.ReadAsync(executionId, after, filter, maxBytes, cancellationToken);

    public ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default) =>
        _inner.ReadFromPositionAsync(afterPosition, maxBytes, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default) =>
        _inner.ReadValueAsync(reference, offset, length, cancellationToken);

    public ValueTask<ExecutionPage> ListAsync(ExecutionQuery query, CancellationToken cancellationToken = default) => _inner.ListAsync(query, cancellationToken);

    public ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default) => _inner.ClaimAsync(executionId, cancellationToken);

    public ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default) => _inner.GetAsync(key, cancellationToken);

    public ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default) =>
        IsFull ? throw new StoreUnavailableException("disk_full", "The disk is full.") : _inner.WriteAsync(writes, cancellationToken);

    public ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default) => _inner.ListAsync(query, cancellationToken);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
