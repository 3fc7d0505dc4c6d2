using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>Brings logs to a store, and tells the feed what was committed.</summary>
internal sealed class StoreSink(IEventStore store, EventFeed feed, PipelineMonitorOptions options) : ILogSink
{
    private readonly TaskCompletionSource _abandoned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Abandon() => _abandoned.TrySetResult();

    public async Task<MonitorException?> WriteAsync(Append append, bool ended)
    {
        var status = await AppendAsync(append, ended).ConfigureAwait(false);
        if (status == AppendStatus.Appended) return null;
        MonitorLog.Lost(options.Logger, append.ExecutionId, status.ToString());
        return new MonitorException("not_owner", $"The log of run {append.ExecutionId} belongs to somebody else now ({status}); nothing more can be recorded of it.");
    }

    /// <summary>Tells a feed of an append that was committed.</summary>
    public static void Publish(EventFeed feed, Append append, long lastPosition, bool ended)
    {
        var count = append.Blocks.Count;
        feed.Publish([.. append.Blocks.Select((b, i) => new EventBlock(lastPosition - (count - 1 - i), append.ExecutionId, b.Kind, b.FirstSeq, b.Count, b.Bytes))], ended, append.Summary);
    }

    /// <summary>Appends; tries the same bytes until the store is back.</summary>
    private async Task<AppendStatus> AppendAsync(Append append, bool ended)
    {
        while (true)
        {
            try
            {
                var outcome = await store.AppendAsync(append).ConfigureAwait(false);
                if (outcome.Status == AppendStatus.Appended) Publish(feed, append, outcome.Position, ended);
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
                        Publish(feed, append, position + append.Blocks.Count - 1, ended);
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
}
