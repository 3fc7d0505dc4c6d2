using Sightglass.Core.Ports;

namespace Sightglass.Core.Tests.Scheduling;

/// <summary>A store whose appends fail for a while: half of them before they were applied, half after, as a commit whose
/// answer is lost. With <c>readsFail</c> the read after a failed append fails as well, and not as the port says.</summary>
internal sealed class FailingStore(IEventStore inner, int failures, bool readsFail = false, bool creations = false) : IEventStore, IRecordStore
{
    private int _appends;
    private bool _failRead;

    public int Failures { get; private set; } = failures;

    private IRecordStore Records => (IRecordStore)inner;

    public async ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
    {
        if ((append.ExpectedLast == 0 && !creations) || Failures == 0) return await inner.AppendAsync(append, cancellationToken);
        Failures--;
        _failRead = readsFail;
        if (_appends++ % 2 == 1) await inner.AppendAsync(append, cancellationToken);
        throw new StoreUnavailableException("disk_full", "The disk is full.");
    }

    public ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default)
    {
        if (!_failRead) return inner.ReadAsync(executionId, after, filter, maxBytes, cancellationToken);
        _failRead = false;
        throw new IOException("The disk is gone.");
    }

    public ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default) =>
        inner.ReadFromPositionAsync(afterPosition, maxBytes, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default) =>
        inner.ReadValueAsync(reference, offset, length, cancellationToken);

    public ValueTask<ExecutionPage> ListAsync(ExecutionQuery query, CancellationToken cancellationToken = default) => inner.ListAsync(query, cancellationToken);

    public ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default) => inner.ClaimAsync(executionId, cancellationToken);

    public ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default) => Records.GetAsync(key, cancellationToken);

    public ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default) =>
        Records.WriteAsync(writes, cancellationToken);

    public ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default) => Records.ListAsync(query, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

/// <summary>The real clock with timers that fire a hundred times sooner.</summary>
internal sealed class HurriedTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 100 : dueTime, period);
}
