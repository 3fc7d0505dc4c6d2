using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Monitoring;

/// <summary>When what happened in one execution, read from its log.</summary>
/// <param name="RunId">The execution.</param>
/// <param name="PipelineId">Its pipeline.</param>
/// <param name="Status">How it stands.</param>
/// <param name="CreatedAt">When it was created.</param>
/// <param name="EndedAt">When its newest turn ended.</param>
/// <param name="Attempts">Every attempt, in the order of their starts.</param>
public sealed record RunTimeline(Guid RunId, string PipelineId, ExecutionStatus Status, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, IReadOnlyList<AttemptTimes> Attempts)
{
    private const int PageBytes = 256 * 1024;

    /// <summary>Reads the timeline of an execution.</summary>
    /// <returns>The timeline, or <see langword="null"/> where the store has no such execution.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be read for now.</exception>
    public static async Task<RunTimeline?> ReadAsync(IEventStore store, Guid runId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var state = new ExecutionState();
        var queued = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var attempts = new List<AttemptTimes>();
        long cursor = 0;
        while (true)
        {
            var page = await store.ReadAsync(runId, cursor, BlockFilter.Decisions, PageBytes, cancellationToken).ConfigureAwait(false);
            if (page.Blocks.Count == 0)
                return page.Last == 0 ? null : new RunTimeline(runId, state.Created.PipelineId, state.Status, state.CreatedAt, state.EndedAt, attempts);
            foreach (var e in page.Blocks.SelectMany(b => EventJson.ReadBlock(b.Bytes)))
            {
                state.Apply(e);
                if (e.Stage is { } stage) Take(e, stage);
            }

            cursor = page.Blocks[^1].LastSeq;
        }

        void Take(ExecutionEvent e, string stage)
        {
            switch (e.Data)
            {
                case StageQueued:
                    queued[stage] = e.Time;
                    break;
                case StageStarted:
                    places[stage] = attempts.Count;
                    attempts.Add(new AttemptTimes(stage, e.Attempt, queued.Remove(stage, out var since) ? since : null, e.Time, null, null, StageStatus.Running));
                    break;
                case StageCompleted data:
                    End(StageStatus.Completed, data.Duration);
                    break;
                case StageFailed data:
                    End(StageStatus.Failed, data.Duration);
                    break;
                case StageCancelled data:
                    End(StageStatus.Cancelled, data.Duration);
                    break;
            }

            void End(StageStatus status, double? duration)
            {
                if (places.Remove(stage, out var at)) attempts[at] = attempts[at] with { EndedAt = e.Time, DurationMs = duration, Status = status };
            }
        }
    }
}

/// <summary>The times of one attempt.</summary>
/// <param name="Stage">Key of the stage.</param>
/// <param name="Attempt">Number of the attempt, from 1.</param>
/// <param name="QueuedAt">When it was ready; absent for stages that need no worker.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="EndedAt">When it ended; absent while it runs.</param>
/// <param name="DurationMs">How long it took, in milliseconds.</param>
/// <param name="Status">Running, completed, failed or cancelled.</param>
public sealed record AttemptTimes(string Stage, int Attempt, DateTimeOffset? QueuedAt, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, double? DurationMs, StageStatus Status);
