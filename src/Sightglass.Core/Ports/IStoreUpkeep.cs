namespace Sightglass.Core.Ports;

/// <summary>Keeps a store in order: says how it is, deletes executions whole, and says which could be. Beside <see cref="IEventStore"/>, by the same store.</summary>
/// <remarks>
/// Duties of an implementation:
/// <list type="bullet">
/// <item>The unit is an execution with its events, its values that no other execution has stored, its row in lists and
/// its children. A child is deleted with its parent and not alone.</item>
/// <item>From the moment that <see cref="EraseAsync"/> decides to delete, no read sees the execution and no append to it
/// is applied; its tombstone can be found. The rest follows in steps so small that appends are not held up, also after a
/// restart in the middle.</item>
/// <item>No position is given out again: readers by position see a gap. Nor is an execution's id while its tombstone stands.</item>
/// <item>Members may be called from any thread at any time, beside appends that store the same values.</item>
/// </list>
/// </remarks>
public interface IStoreUpkeep
{
    /// <summary>Gets why the store may soon be unable to commit: it does so from what it keeps in reserve, which is meant for
    /// cancellations and the like. <see langword="null"/> while it is well. Reading it is cheap.</summary>
    StoreTrouble? Trouble { get; }

    /// <summary>Deletes an ended execution with its children, and leaves a tombstone for each.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="request">Who deletes it, when and why.</param>
    /// <param name="cancellationToken">Observed until the deletion is decided; then it is completed.</param>
    /// <exception cref="StoreUnavailableException">The store could not commit; what was decided goes on later.</exception>
    ValueTask<EraseOutcome> EraseAsync(Guid executionId, ErasureRequest request, CancellationToken cancellationToken = default);

    /// <summary>Finds what is left of a deleted execution.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>Its tombstone; <see langword="null"/> where it exists, or never did.</returns>
    ValueTask<Tombstone?> FindTombstoneAsync(Guid executionId, CancellationToken cancellationToken = default);

    /// <summary>Removes tombstones of executions that were deleted before a moment and of which nothing is left, at most 1000.</summary>
    /// <param name="erasedBefore">The moment.</param>
    /// <param name="cancellationToken">Observed until the removal is decided.</param>
    /// <returns>How many; 0 where there are none.</returns>
    /// <exception cref="StoreUnavailableException">The store could not commit.</exception>
    ValueTask<int> ForgetTombstonesAsync(DateTimeOffset erasedBefore, CancellationToken cancellationToken = default);

    /// <summary>Lists the ids of the pipelines that have ended executions, in order.</summary>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask<IReadOnlyList<string>> ListPipelinesAsync(CancellationToken cancellationToken = default);

    /// <summary>Lists ended executions of a pipeline that are nobody's children, oldest first of what the query leaves.</summary>
    /// <param name="query">Which ones.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="ArgumentException">The limit is not 1 to 1000, or the number to keep is negative.</exception>
    ValueTask<IReadOnlyList<Guid>> ListEndedAsync(EndedQuery query, CancellationToken cancellationToken = default);
}
