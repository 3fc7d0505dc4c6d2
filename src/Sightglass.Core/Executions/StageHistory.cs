using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Executions;

/// <summary>One stage of an execution with its attempts.</summary>
/// <param name="State">The execution it belongs to.</param>
/// <param name="Stage">The stage as it stands.</param>
/// <param name="Attempts">Its newest attempts, oldest first.</param>
/// <param name="Total">How many attempts there are in all.</param>
public sealed record StageHistory(ExecutionState State, StageState Stage, IReadOnlyList<StageAttempt> Attempts, int Total)
{
    /// <summary>The most attempts of one answer; a stage that repeats may have had thousands.</summary>
    public const int MaxAttempts = 100;

    /// <summary>Reads a stage and its attempts from the decisions of a log.</summary>
    /// <param name="store">The store.</param>
    /// <param name="id">The execution.</param>
    /// <param name="key">The stage, or the instance of one.</param>
    /// <param name="before">Only attempts with a lower number.</param>
    /// <param name="at">The sequence of the last event that counts; the end of the log by default.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The stage; <see langword="null"/> where the execution or the stage does not exist.</returns>
    public static async Task<StageHistory?> ReadAsync(IEventStore store, Guid id, string key, int before = int.MaxValue, long at = long.MaxValue, CancellationToken cancellationToken = default)
    {
        var attempts = new Queue<StageAttempt>();
        StageAttempt? open = null;
        var total = 0;
        var state = await LogReader.FoldAsync(store, id, at, Take, cancellationToken).ConfigureAwait(false);
        if (state?.Find(key) is not { } stage) return null;
        Close(open);
        return new StageHistory(state, stage, [.. attempts], total);

        void Take(ExecutionEvent e)
        {
            if (e.Stage != key) return;
            switch (e.Data)
            {
                case StageStarted started:
                    Close(open);
                    open = new StageAttempt { Number = e.Attempt, Iteration = e.Iteration, StartedAt = e.Time, Worker = started.Worker, Input = started.Input, Child = started.Child };
                    break;
                case StageCompleted done when open is not null:
                    Close(open with { Status = StageStatus.Completed, EndedAt = e.Time, Duration = done.Duration, Cost = done.Cost, Tokens = done.Tokens, Output = done.Output });
                    break;
                case StageFailed failed when open is not null:
                    Close(open with { Status = StageStatus.Failed, EndedAt = e.Time, Duration = failed.DurationUntil(e.Time, open.StartedAt), Cost = failed.Cost, Tokens = failed.Tokens, Output = failed.Output, Error = failed.Error, WillRetry = failed.WillRetry, Lost = failed.IsLost });
                    break;
                case StageCancelled cancelled when open is not null:
                    Close(open with { Status = StageStatus.Cancelled, EndedAt = e.Time, Duration = cancelled.Duration, Reason = cancelled.Reason });
                    break;
            }
        }

        void Close(StageAttempt? attempt)
        {
            open = null;
            if (attempt is null) return;
            total++;
            if (attempt.Number >= before) return;
            attempts.Enqueue(attempt);
            if (attempts.Count > MaxAttempts) attempts.Dequeue();
        }
    }
}
