using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <summary>What running attempts printed last, read from the end of a log backwards: a reader that joins in the middle needs
/// the end of a text, and a log may hold gigabytes before it.</summary>
public static class OutputTails
{
    private const long FirstEvents = 64;
    private const long MostEvents = 4096;

    /// <summary>Reads the newest text of attempts.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">The execution.</param>
    /// <param name="upTo">The last sequence to look at.</param>
    /// <param name="attempts">The attempts wanted, by the keys of their stages.</param>
    /// <param name="enough">Asked with each piece of an attempt, from the newest backwards, whether no older one is needed; it
    /// is not asked beyond the attempt's first.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The pieces of each attempt that printed, oldest first. No more than 16 MiB of the log are read: what lies
    /// before them is missing.</returns>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<StageOutputWritten>>> ReadAsync(
        IEventStore store, Guid id, long upTo, IReadOnlyDictionary<string, int> attempts, Func<string, StageOutputWritten, bool> enough, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(attempts);
        ArgumentNullException.ThrowIfNull(enough);
        var found = new Dictionary<string, List<StageOutputWritten>>(StringComparer.Ordinal);
        var open = new Dictionary<string, int>(attempts, StringComparer.Ordinal);
        var before = upTo + 1;
        var window = FirstEvents;
        var bytes = 0L;
        while (open.Count > 0 && before > 1 && bytes < EngineLimits.MaxTailBytes)
        {
            var from = Math.Max(1, before - window);
            var events = new List<ExecutionEvent>();
            bytes += await CollectAsync(store, id, from, before, events, cancellationToken).ConfigureAwait(false);
            for (var i = events.Count - 1; i >= 0; i--) Note(events[i], open, found, enough);
            before = from;
            window = Math.Min(window * 4, MostEvents);
        }

        foreach (var pieces in found.Values) pieces.Reverse();
        return found.ToDictionary(f => f.Key, f => (IReadOnlyList<StageOutputWritten>)f.Value, StringComparer.Ordinal);
    }

    /// <summary>Reads the events of a window; what its first block holds before it is passed over.</summary>
    private static async Task<long> CollectAsync(IEventStore store, Guid id, long from, long before, List<ExecutionEvent> events, CancellationToken cancellationToken)
    {
        var cursor = from - 1;
        var bytes = 0L;
        while (cursor < before - 1)
        {
            var page = await store.ReadAsync(id, cursor, BlockFilter.All, EngineLimits.FollowPageBytes, cancellationToken).ConfigureAwait(false);
            if (page.Blocks.Count == 0) break;
            foreach (var block in page.Blocks)
            {
                if (block.FirstSeq >= before) return bytes;
                bytes += block.Bytes.Length;
                cursor = block.LastSeq;
                events.AddRange(EventJson.ReadBlock(block.Bytes).Where(e => e.Seq >= from && e.Seq < before));
            }
        }

        return bytes;
    }

    private static void Note(ExecutionEvent e, Dictionary<string, int> open, Dictionary<string, List<StageOutputWritten>> found, Func<string, StageOutputWritten, bool> enough)
    {
        if (e.Stage is not { } stage || !open.TryGetValue(stage, out var attempt) || e.Attempt != attempt) return;
        if (e.Data is StageStarted)
        {
            open.Remove(stage);
            return;
        }

        if (e.Data is not StageOutputWritten piece) return;
        if (!found.TryGetValue(stage, out var pieces)) found[stage] = pieces = [];
        pieces.Add(piece);
        if (piece.Offset == 0 || enough(stage, piece)) open.Remove(stage);
    }
}
