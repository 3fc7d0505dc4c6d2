using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>Brings what runs have recorded into the store, on threads of the pool: one append of a run at a time, runs side
/// by side, so that the store can commit them together. Safe for concurrent use.</summary>
internal sealed class MonitorWriter(IEventStore store, EventFeed feed, PipelineMonitorOptions options, Action<MonitoredRun> written)
{
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private TaskCompletionSource? _room;
    private long _bytes;

    /// <summary>Gives up what the store does not take.</summary>
    public void Abandon() => _abandoned.TrySetResult();

    /// <summary>Holds the caller while too much waits for the store.</summary>
    /// <exception cref="MonitorException">There was no room within the wait.</exception>
    public void WaitForRoom()
    {
        if (Volatile.Read(ref _bytes) < options.MaxPendingBytes) return;
        var from = options.Time.GetTimestamp();
        while (RoomAsync() is { } room)
        {
            var left = options.MaxWait - options.Time.GetElapsedTime(from);
            try
            {
                if (left <= TimeSpan.Zero) throw new TimeoutException();
                room.WaitAsync(left, options.Time).GetAwaiter().GetResult();
            }
            catch (TimeoutException)
            {
                throw new MonitorException("monitor_full", $"More than {options.MaxPendingBytes} bytes of events wait for the store, which took none for {options.MaxWait.TotalSeconds:0.#} s; nothing of this report is recorded. Mend the store, or report again later.");
            }
        }
    }

    /// <summary>Counts what a report added and sees to it that it is written.</summary>
    public void Added(MonitoredRun run, long bytes, bool write)
    {
        lock (_gate) _bytes += bytes;
        if (write) ThreadPool.UnsafeQueueUserWorkItem(static s => _ = s.Writer.WriteAsync(s.Run), (Writer: this, Run: run), preferLocal: false);
    }

    private Task? RoomAsync()
    {
        lock (_gate)
        {
            if (_bytes < options.MaxPendingBytes) return null;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    private void Release(long bytes)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _bytes -= bytes;
            if (_bytes < options.MaxPendingBytes) (room, _room) = (_room, null);
        }

        room?.TrySetResult();
    }

    private async Task WriteAsync(MonitoredRun run)
    {
        while (run.Take() is var (append, bytes, ended))
        {
            var status = await AppendAsync(append, ended).ConfigureAwait(false);
            Release(bytes);
            if (status == AppendStatus.Appended)
            {
                run.Committed(append.Blocks[^1].FirstSeq + append.Blocks[^1].Count - 1);
                continue;
            }

            MonitorLog.Lost(options.Logger, run.Id, status.ToString());
            Release(run.Lose(status, options.Metrics));
            break;
        }

        written(run);
    }

    /// <summary>Appends; tries the same bytes until the store is back.</summary>
    private async Task<AppendStatus> AppendAsync(Append append, bool ended)
    {
        while (true)
        {
            try
            {
                var outcome = await store.AppendAsync(append).ConfigureAwait(false);
                if (outcome.Status == AppendStatus.Appended) Publish(append, outcome.Position, ended);
                return outcome.Status;
            }
            catch (Exception e)
            {
                MonitorLog.StoreFailed(options.Logger, append.ExecutionId, e);
            }

            // They may be in the log already, if only the answer was lost; tried again, they would conflict with themselves.
            do
            {
                await _abandoned.Task.WaitAsync(MonitorLimits.StoreRetry, options.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_abandoned.Task.IsCompleted) return AppendStatus.Unknown;
                switch (await IsInLogAsync(append).ConfigureAwait(false))
                {
                    case { } position when position > 0:
                        Publish(append, position + append.Blocks.Count - 1, ended);
                        return AppendStatus.Appended;
                    case null:
                        continue;
                }

                break;
            }
            while (true);
        }
    }

    /// <summary>Gives the position of the first block where the append is in the log, 0 where it is not; null where the store
    /// does not say.</summary>
    private async Task<long?> IsInLogAsync(Append append)
    {
        try
        {
            var page = await store.ReadAsync(append.ExecutionId, append.ExpectedLast, BlockFilter.All, 1).ConfigureAwait(false);
            var expected = append.Blocks[0];
            return page.Blocks.Count > 0 && page.Blocks[0].FirstSeq == expected.FirstSeq && page.Blocks[0].Bytes.Span.SequenceEqual(expected.Bytes.Span) ? page.Blocks[0].Position : 0;
        }
        catch (Exception e)
        {
            MonitorLog.StoreFailed(options.Logger, append.ExecutionId, e);
            return null;
        }
    }

    private void Publish(Append append, long lastPosition, bool ended)
    {
        var count = append.Blocks.Count;
        feed.Publish([.. append.Blocks.Select((b, i) => new EventBlock(lastPosition - (count - 1 - i), append.ExecutionId, b.Kind, b.FirstSeq, b.Count, b.Bytes))], ended);
    }
}
