using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <summary>Folds logs from the store.</summary>
public static class LogReader
{
    /// <summary>Folds the decisions of a log.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">The execution.</param>
    /// <param name="at">The sequence to stop at; the end by default.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The state, or <see langword="null"/> where there is no such execution.</returns>
    public static Task<ExecutionState?> FoldAsync(IEventStore store, Guid id, long at = long.MaxValue, CancellationToken cancellationToken = default) =>
        FoldAsync(store, id, at, null, cancellationToken);

    /// <summary>Folds the decisions of a log as <see cref="FoldAsync(IEventStore, Guid, long, CancellationToken)"/> does, for who waits
    /// for it: of a long log a page is read while the one before is folded, on a second thread.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">The execution.</param>
    /// <param name="at">The sequence to stop at; the end by default.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The state, or <see langword="null"/> where there is no such execution.</returns>
    public static Task<ExecutionState?> FoldAheadAsync(IEventStore store, Guid id, long at = long.MaxValue, CancellationToken cancellationToken = default) =>
        FoldAheadAsync(store, id, at, EngineLimits.FoldPageBytes, cancellationToken);

    internal static async Task<ExecutionState?> FoldAheadAsync(IEventStore store, Guid id, long at, int pageBytes, CancellationToken cancellationToken)
    {
        var state = new ExecutionState();

        // Used by one page after the other: the next is begun when the one before has been read.
        var reader = new EventReader();
        var ahead = ReadPageAsync(0);
        try
        {
            while (true)
            {
                var (events, cursor, last) = await ahead.ConfigureAwait(false);
                if (events.Count == 0)
                {
                    if (last == 0) return null;
                    state.CatchUp(Math.Min(at, last));
                    return state;
                }

                ahead = cursor < last ? Task.Run(() => ReadPageAsync(cursor), cancellationToken) : Task.FromResult((new List<ExecutionEvent>(), cursor, last));
                foreach (var e in events)
                {
                    if (e.Seq > at)
                    {
                        state.CatchUp(at);
                        return state;
                    }

                    state.Apply(e);
                    if (e.Data is ExecutionCreated { Plan.Reference: { } plan } created) state.ApplyPlan((await ReadValueAsync(store, plan, created.Plan.Bytes, cancellationToken).ConfigureAwait(false)).Span);
                }
            }
        }
        finally
        {
            // Nothing goes on in the store behind the caller's back.
            await ((Task)ahead).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task<(List<ExecutionEvent> Events, long Cursor, long Last)> ReadPageAsync(long after)
        {
            var page = await store.ReadAsync(id, after, BlockFilter.Decisions, pageBytes, cancellationToken).ConfigureAwait(false);
            var events = new List<ExecutionEvent>();
            foreach (var block in page.Blocks) events.AddRange(reader.ReadBlock(block.Bytes));
            return (events, page.Blocks.Count > 0 ? page.Blocks[^1].LastSeq : after, page.Last);
        }
    }

    /// <summary>Folds the decisions of a log, and shows each to somebody else.</summary>
    internal static async Task<ExecutionState?> FoldAsync(IEventStore store, Guid id, long at, Action<ExecutionEvent>? observe, CancellationToken cancellationToken)
    {
        var state = new ExecutionState();
        var reader = new EventReader();
        long cursor = 0;
        while (true)
        {
            var page = await store.ReadAsync(id, cursor, BlockFilter.Decisions, EngineLimits.LoadPageBytes, cancellationToken).ConfigureAwait(false);
            foreach (var block in page.Blocks)
            {
                foreach (var e in reader.ReadBlock(block.Bytes))
                {
                    if (e.Seq > at)
                    {
                        state.CatchUp(at);
                        return state;
                    }

                    state.Apply(e);
                    observe?.Invoke(e);
                    if (e.Data is ExecutionCreated { Plan.Reference: { } plan } created) state.ApplyPlan((await ReadValueAsync(store, plan, created.Plan.Bytes, cancellationToken).ConfigureAwait(false)).Span);
                }

                cursor = block.LastSeq;
            }

            if (page.Blocks.Count > 0) continue;
            if (page.Last == 0) return null;
            state.CatchUp(Math.Min(at, page.Last));
            return state;
        }
    }

    /// <summary>Lists what has not ended, newest first.</summary>
    internal static async Task<List<Guid>> ListOpenAsync(IEventStore store, bool includeChildren, string? organization = null, CancellationToken cancellationToken = default)
    {
        var found = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await store.ListAsync(
                new ExecutionQuery
                {
                    Statuses = [ExecutionStatus.Queued, ExecutionStatus.Running, ExecutionStatus.Paused],
                    IncludeChildren = includeChildren,
                    Organization = organization,
                    Limit = 1000,
                    Cursor = cursor,
                },
                cancellationToken).ConfigureAwait(false);
            found.AddRange(page.Items.Select(i => i.Summary.Id));
            cursor = page.Next;
        }
        while (cursor is not null);
        return found;
    }

    /// <summary>Reads the time of the last event, which may be a report that folding decisions does not see.</summary>
    internal static async Task<DateTimeOffset?> LastTimeAsync(IEventStore store, Guid id, long last)
    {
        var page = await store.ReadAsync(id, Math.Max(0, last - 1), BlockFilter.All, 1).ConfigureAwait(false);
        return page.Blocks.Count == 0 ? null : EventJson.ReadBlock(page.Blocks[^1].Bytes).Last().Time;
    }

    /// <summary>Reads a whole stored value.</summary>
    /// <exception cref="InvalidDataException">The store does not have it.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadValueAsync(IEventStore store, string reference, long bytes = int.MaxValue, CancellationToken cancellationToken = default) =>
        await store.ReadValueAsync(reference, 0, (int)Math.Min(bytes, int.MaxValue), cancellationToken).ConfigureAwait(false)
        ?? throw new InvalidDataException($"The stored value {reference} is missing.");
}
