namespace Sightglass.Core.Monitoring.Runs;

/// <summary>Brings what runs have recorded to where it is kept, on threads of the pool: one append of a run at a time, runs side
/// by side, so that they can be committed together. Safe for concurrent use.</summary>
internal sealed class MonitorWriter(ILogSink sink, PipelineMonitorOptions options, Action<MonitoredRun> written)
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private TaskCompletionSource? _room;
    private long _bytes;

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
            if (await sink.WriteAsync(append, ended).ConfigureAwait(false) is not { } refused)
            {
                Release(bytes);
                run.Committed(append.Blocks[^1].FirstSeq + append.Blocks[^1].Count - 1);
                continue;
            }

            Release(bytes + run.Lose(refused, options.Metrics));
            break;
        }

        written(run);
    }
}
