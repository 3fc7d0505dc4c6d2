using Microsoft.Extensions.Logging;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Retention;

/// <summary>Deletes what the rules let go, from time to time, one execution after the other. Dispose it before the store.</summary>
public sealed class RetentionSweep : IAsyncDisposable
{
    private const string Retention = "retention";

    private readonly IStoreUpkeep _store;
    private readonly RetentionOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventFeed? _feed;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    /// <summary>Creates a sweep; it does nothing until it is started.</summary>
    /// <param name="store">What to delete from.</param>
    /// <param name="options">What may go.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it says what it did.</param>
    /// <param name="feed">Who hears of deletions; nobody where it is left out.</param>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="RetentionOptions.Validate"/> refuses the options.</exception>
    public RetentionSweep(IStoreUpkeep store, RetentionOptions options, TimeProvider time, ILogger logger, EventFeed? feed = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_store, _options, _time, _logger, _feed) = (store, options, time, logger, feed);
    }

    /// <summary>Looks at once, and again after each interval.</summary>
    public void Start() => _loop = Task.Run(() => LoopAsync(_stopping.Token));

    /// <summary>Deletes what may go now; then tombstones that have stood long enough.</summary>
    /// <returns>How many executions were deleted, children included.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken = default)
    {
        var deleted = 0;
        var now = _time.GetUtcNow();
        foreach (var query in RetentionPlanner.Plan(_options, await _store.ListPipelinesAsync(cancellationToken).ConfigureAwait(false), now))
        {
            while (true)
            {
                var before = deleted;
                foreach (var id in await _store.ListEndedAsync(query, cancellationToken).ConfigureAwait(false))
                {
                    // One that was re-opened since it was listed says so and stays.
                    var outcome = await _store.EraseAsync(id, new ErasureRequest(_time.GetUtcNow(), Retention), cancellationToken).ConfigureAwait(false);
                    deleted += outcome.Executions;
                    if (outcome.Status == EraseStatus.Erased && _feed is not null) await _feed.PublishErasedAsync(_store, id, cancellationToken).ConfigureAwait(false);
                }

                // Where nothing of a page could go, the next look is soon enough.
                if (deleted == before) break;
            }
        }

        if (_options.Tombstones is { } kept && kept < now - DateTimeOffset.MinValue)
        {
            while (await _store.ForgetTombstonesAsync(now - kept, cancellationToken).ConfigureAwait(false) > 0)
            {
            }
        }

        return deleted;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task LoopAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var deleted = await RunOnceAsync(cancellationToken).ConfigureAwait(false);
                if (deleted > 0) RetentionLog.Deleted(_logger, deleted);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e)
            {
                RetentionLog.Failed(_logger, e);
            }

            await Task.Delay(_options.Interval, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
