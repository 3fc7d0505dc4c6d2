namespace Sightglass.Core.Ports;

/// <summary>
/// Keeps what is not an execution: small named records, such as idempotency keys, schedules and accounts.
/// </summary>
/// <remarks>
/// Duties of an implementation:
/// <list type="bullet">
/// <item>Every member may be called from any thread at any time.</item>
/// <item>It is paired with an <see cref="IEventStore"/>: <see cref="Append.Records"/> of an append go to this store in the
/// commit of the append.</item>
/// <item>A write is durable before its task completes, and visible to every read from then on. It is applied whole or not
/// at all; a version that is not the expected one is a value, not an exception. Writes are serial: of two that expect the
/// same version one wins.</item>
/// <item>An exception means that the outcome is unknown: the caller reads before it goes on.</item>
/// <item>A record whose moment has passed by the store's clock is absent for every member; the store removes it later, a
/// bounded number at a time.</item>
/// <item>Cancellation may be observed before a write is handed to a commit, never half-way.</item>
/// <item>Its life is that of the event store; after that is disposed, calls throw <see cref="ObjectDisposedException"/>.</item>
/// </list>
/// </remarks>
public interface IRecordStore
{
    /// <summary>Reads one record.</summary>
    /// <param name="key">Where it lies.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The record; <see langword="null"/> where it is absent.</returns>
    /// <exception cref="ArgumentException"><see cref="RecordKey.Validate"/> refuses the key.</exception>
    ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default);

    /// <summary>Writes and deletes records in one commit if each has the expected version.</summary>
    /// <param name="writes">What to write; the buffers must not be changed until the task has completed.</param>
    /// <param name="cancellationToken">Observed until the write is handed to a commit.</param>
    /// <exception cref="ArgumentException"><see cref="RecordWrite.Validate"/> refuses the writes, or there are none.</exception>
    /// <exception cref="StoreUnavailableException">The store could not commit (disk full, read-only, locked …).</exception>
    ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default);

    /// <summary>Lists the records of a collection by key.</summary>
    /// <param name="query">Which ones.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="ArgumentException"><see cref="RecordQuery.Validate"/> refuses the query.</exception>
    ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default);
}
