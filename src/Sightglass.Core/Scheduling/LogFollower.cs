using System.Runtime.CompilerServices;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Scheduling;

/// <summary>What a follower of a log gets next.</summary>
/// <param name="Blocks">Blocks in order, without gaps; the first may begin before the cursor. Empty on a heartbeat.</param>
/// <param name="Last">Last sequence known.</param>
/// <param name="Ended">Whether the execution stands ended there.</param>
public sealed record FollowStep(IReadOnlyList<EventBlock> Blocks, long Last, bool Ended)
{
    /// <summary>Gets why the execution stands still though it has not ended: a defect has parked it. Said once, after all that
    /// is in its log; nothing more comes until another process takes it up.</summary>
    public StageError? Parked { get; init; }
}

/// <summary>Reads a log from a cursor and goes on as it grows: listens first, then catches up from the store, so that
/// nothing falls between.</summary>
/// <param name="store">Where logs are.</param>
/// <param name="feed">What tells that they grow.</param>
/// <param name="time">The clock.</param>
/// <param name="findParked">Tells why an execution is parked; nothing where none is known to be.</param>
public sealed class LogFollower(IEventStore store, EventFeed feed, TimeProvider time, Func<Guid, StageError?>? findParked = null)
{
    /// <summary>Follows a log. Every step ends at most a heartbeat after the one before. It ends when the execution is deleted.</summary>
    /// <param name="executionId">The execution.</param>
    /// <param name="after">The cursor.</param>
    /// <param name="heartbeat">Longest time without a step.</param>
    /// <param name="cancellationToken">Ends the follow.</param>
    public async IAsyncEnumerable<FollowStep> FollowAsync(Guid executionId, long after, TimeSpan heartbeat, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var subscription = feed.Subscribe(executionId);
        var cursor = after;
        var quietSince = time.GetTimestamp();
        var isParkedSaid = false;
        while (true)
        {
            // Before the log is read: what it holds is told first.
            var parked = isParkedSaid ? null : findParked?.Invoke(executionId);
            var blocks = subscription.Read(cursor, out var ended);
            if (blocks is null || (blocks.Count == 0 && !ended))
            {
                var page = await store.ReadAsync(executionId, cursor, BlockFilter.All, EngineLimits.FollowPageBytes, cancellationToken).ConfigureAwait(false);

                // It was deleted since.
                if (page.Last == 0 && cursor > 0) yield break;
                blocks = page.Blocks;
                ended = page.Ended && (blocks.Count == 0 ? cursor >= page.Last : blocks[^1].LastSeq >= page.Last);
            }

            if (blocks.Count > 0 || ended)
            {
                if (blocks.Count > 0) cursor = Math.Max(cursor, blocks[^1].LastSeq);
                quietSince = time.GetTimestamp();
                yield return new FollowStep(blocks, cursor, ended);
                if (!ended) continue;
            }
            else if (parked is not null)
            {
                isParkedSaid = true;
                quietSince = time.GetTimestamp();
                yield return new FollowStep([], cursor, false) { Parked = parked };
            }
            else if (time.GetElapsedTime(quietSince) >= heartbeat)
            {
                quietSince = time.GetTimestamp();
                yield return new FollowStep([], cursor, false);
            }

            await subscription.WaitAsync(cursor, heartbeat < EngineLimits.AskStore ? heartbeat : EngineLimits.AskStore, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
