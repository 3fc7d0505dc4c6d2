using Sightglass.Core.Ports;

namespace Sightglass.Tests;

/// <summary>A store that gives everything on to another; doubles override what they are about. Compiled into every project
/// that has such doubles.</summary>
internal class PassingStore(IEventStore inner) : IEventStore, IRecordStore, IValueOwners
{
    protected IEventStore Inner => inner;

    private IRecordStore Records => (IRecordStore)inner;

    public virtual ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default) => inner.AppendAsync(append, cancellationToken);

    public virtual ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(executionId, after, filter, maxBytes, cancellationToken);

    public virtual ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default) =>
        inner.ReadFromPositionAsync(afterPosition, maxBytes, cancellationToken);

    public virtual ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default) =>
        inner.ReadValueAsync(reference, offset, length, cancellationToken);

    public virtual ValueTask<ExecutionPage> ListAsync(ExecutionQuery query, CancellationToken cancellationToken = default) => inner.ListAsync(query, cancellationToken);

    public virtual ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default) => inner.ClaimAsync(executionId, cancellationToken);

    public virtual ValueTask<bool> HoldsValueAsync(Guid executionId, string reference, CancellationToken cancellationToken = default) =>
        ((IValueOwners)inner).HoldsValueAsync(executionId, reference, cancellationToken);

    public virtual ValueTask<bool> IsValueHeldAsync(string reference, string organization, IReadOnlyCollection<string>? pipelineIds, CancellationToken cancellationToken = default) =>
        ((IValueOwners)inner).IsValueHeldAsync(reference, organization, pipelineIds, cancellationToken);

    public virtual ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default) => Records.GetAsync(key, cancellationToken);

    public virtual ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default) =>
        Records.WriteAsync(writes, cancellationToken);

    public virtual ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default) => Records.ListAsync(query, cancellationToken);

    public virtual ValueTask DisposeAsync() => inner.DisposeAsync();
}
