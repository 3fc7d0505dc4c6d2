namespace Sightglass.Core.Ports;

/// <summary>
/// Keeps the logs of all executions: the only source of truth of the product.
/// </summary>
/// <remarks>
/// Duties of an implementation:
/// <list type="bullet">
/// <item>Every member may be called from any thread at any time. Appends to different executions run side by side and
/// share commits; appends to one execution are issued one after the other by its owner.</item>
/// <item>An append is durable before its task completes, and visible to every read from then on. It is applied whole or
/// not at all, values included.</item>
/// <item>Events come back byte for byte as they were appended, in the order of their sequence, with no gaps.</item>
/// <item>A refused append is a value (<see cref="AppendStatus"/>). An exception means that the outcome is unknown: the
/// caller reads the tail before it goes on.</item>
/// <item>Cancellation may be observed before an append is handed to a commit, never half-way.</item>
/// <item>Disposing completes the appends that were accepted, then closes; later calls throw
/// <see cref="ObjectDisposedException"/>.</item>
/// </list>
/// </remarks>
public interface IEventStore : IAsyncDisposable
{
    /// <summary>Appends events to one log if the owner's epoch and the last sequence are what the request names.</summary>
    /// <param name="append">What to append; the buffers must not be changed until the task has completed.</param>
    /// <param name="cancellationToken">Observed until the append is handed to a commit.</param>
    /// <exception cref="ArgumentException"><see cref="Append.Validate"/> refuses it.</exception>
    /// <exception cref="StoreUnavailableException">The store could not commit (disk full, read-only, locked …).</exception>
    ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default);

    /// <summary>Reads whole blocks of one log, the first being the one that holds <c>after + 1</c>.</summary>
    /// <param name="executionId">The execution; an unknown one reads as an empty page with <c>Last</c> 0.</param>
    /// <param name="after">The cursor: events up to and including this sequence are known already. 0 reads from the start.</param>
    /// <param name="filter">Whether report blocks are wanted too.</param>
    /// <param name="maxBytes">A page ends with the block that reaches this many bytes; it holds at least one block if there is one.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="after"/> is negative.</exception>
    ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default);

    /// <summary>Reads blocks of all logs in commit order, for readers that may not miss one.</summary>
    /// <param name="afterPosition">The saved cursor: a <see cref="EventBlock.Position"/>, 0 for the start.</param>
    /// <param name="maxBytes">As in <see cref="ReadAsync"/>.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default);

    /// <summary>Reads a stored value, or a range of it.</summary>
    /// <param name="reference">The reference that an event carries, <c>sha256:</c> and 64 hexadecimal digits.</param>
    /// <param name="offset">First byte wanted.</param>
    /// <param name="length">Bytes wanted at most.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The bytes, shorter at the end of the value; <see langword="null"/> where the value does not exist.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> or <paramref name="length"/> is negative.</exception>
    ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default);

    /// <summary>Lists executions by their summary rows, newest first; of the same moment, the one created last comes first.</summary>
    /// <param name="query">Which ones; all filters must fit.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="ArgumentException">The cursor is none of this store's, or the limit is not 1 to 1000.</exception>
    ValueTask<ExecutionPage> ListAsync(ExecutionQuery query, CancellationToken cancellationToken = default);

    /// <summary>Makes the caller the owner of an execution by raising its epoch, which fences whoever owned it before.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="cancellationToken">Observed until the claim is handed to a commit.</param>
    /// <returns>The new epoch, or 0 where the execution does not exist.</returns>
    ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default);
}
