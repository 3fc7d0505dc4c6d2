using Sightglass.Core.Ports;

namespace Sightglass.Core.Webhooks;

/// <summary>
/// Delivers results: reads the log from a saved place, notes each message in the <see cref="IRecordStore"/> in the commit
/// that moves the place, and sends it until it is accepted or given up. So nothing is lost whenever the process dies; what
/// was accepted and not noted is sent again under the same id.
/// </summary>
/// <remarks>All members may be called from any thread. Dispose it before the stores.</remarks>
public sealed class WebhookDispatcher : IAsyncDisposable
{
    private readonly WebhookWatch _watch;
    private readonly WebhookOptions _options;
    private readonly WebhookRecords _records;
    private readonly WebhookReader _reader;
    private readonly WebhookSender _sender;
    private readonly WebhookTargets _targets;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Queue<WebhookAttempt> _recent = new();
    private readonly HashSet<Task> _underWay = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;

    /// <summary>Makes a dispatcher that does nothing until it is started.</summary>
    /// <param name="store">The log.</param>
    /// <param name="records">The records that share its commits.</param>
    /// <param name="watch">What the engine tells; the same that it was given.</param>
    /// <param name="options">How results are delivered.</param>
    public WebhookDispatcher(IEventStore store, IRecordStore records, WebhookWatch watch, WebhookOptions? options = null)
    {
        _watch = watch;
        _options = (options ?? new WebhookOptions()).Checked();
        _records = new WebhookRecords(records, _options.Organization, _options.KeepDead);
        _reader = new WebhookReader(store, watch, _options);
        _sender = new WebhookSender(_options);
        _targets = new WebhookTargets(_options);
    }

    /// <summary>Gets how many deliveries wait or are under way.</summary>
    public int Waiting => _targets.Count;

    /// <summary>Begins to read and to send.</summary>
    public void Start()
    {
        _reading = Task.Run(ReadAsync);
        _sending = Task.Run(SendAsync);
    }

    /// <summary>Gives the newest attempts, newest first; of this process alone.</summary>
    public IReadOnlyList<WebhookAttempt> ListRecent()
    {
        lock (_gate) return [.. _recent.Reverse()];
    }

    /// <summary>Lists what was given up, by id.</summary>
    /// <param name="after">The last id of the page before.</param>
    /// <param name="limit">How many, 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The page, and where the next begins; <see langword="null"/> at the end.</returns>
    public Task<(IReadOnlyList<WebhookDelivery> Items, string? Next)> ListDeadAsync(string? after = null, int limit = 100, CancellationToken cancellationToken = default) =>
        _records.ListDeadAsync(after, limit, cancellationToken);

    /// <summary>Finds a delivery that was given up.</summary>
    /// <returns>It, or <see langword="null"/> where there is none of that id.</returns>
    public Task<WebhookDelivery?> FindDeadAsync(string id, CancellationToken cancellationToken = default) => _records.FindDeadAsync(id, cancellationToken);

    /// <summary>Tries a delivery again that was given up, from the beginning.</summary>
    /// <returns>Whether there is one of that id.</returns>
    public async Task<bool> RedeliverAsync(string id, CancellationToken cancellationToken = default)
    {
        if (await _records.FindDeadAsync(id, cancellationToken).ConfigureAwait(false) is not { } dead) return false;
        var now = Now();
        await _records.RaiseAsync(dead with { Attempts = 0, CreatedAt = now, At = now, ErrorCode = null, Error = null }).ConfigureAwait(false);
        _targets.Add(_sender.TargetOf(dead.Url), id, now);
        Change();
        return true;
    }

    /// <summary>Forgets a delivery that was given up.</summary>
    /// <returns>Whether there was one of that id.</returns>
    public async Task<bool> DeleteDeadAsync(string id, CancellationToken cancellationToken = default)
    {
        if (await _records.FindDeadAsync(id, cancellationToken).ConfigureAwait(false) is null) return false;
        await _records.DeleteDeadAsync(id).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task[] left;
        lock (_gate) left = [.. _underWay];
        await Task.WhenAll(left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _sender.Dispose();
        _stopping.Dispose();
    }

    private async Task ReadAsync()
    {
        var stopping = _stopping.Token;
        var place = await PatientlyAsync(() => BeginningAsync(stopping)).ConfigureAwait(false);
        await PatientlyAsync(LoadAsync).ConfigureAwait(false);
        var (saved, isCaughtUp) = (place, false);
        while (!stopping.IsCancellationRequested)
        {
            var change = _watch.NextChange();

            // In this order: while nobody is watched, nothing up to a position that was known before is of interest.
            var latest = _watch.Latest;
            if (isCaughtUp && _watch.IsIdle)
            {
                place = Math.Max(place, latest);
                if (place > saved) saved = await PatientlyAsync(() => SaveAsync([], place)).ConfigureAwait(false);
            }
            else
            {
                var before = place;
                place = await PatientlyAsync(() => ReadPageAsync(place, isCaughtUp)).ConfigureAwait(false);
                if (place > before) continue;
                isCaughtUp = true;
                if (_watch.IsIdle) continue;
                if (place > saved) saved = await PatientlyAsync(() => SaveAsync([], place)).ConfigureAwait(false);
            }

            await change.WaitAsync(_options.SavePlace, _options.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Gives the place to read on from. A log in which nobody was ever to be told of anything is not read for that.</summary>
    private async Task<long> BeginningAsync(CancellationToken cancellationToken)
    {
        if (await _records.FindPlaceAsync(cancellationToken).ConfigureAwait(false) is { } place) return place;
        if (!_watch.MarksUse) return 0;

        // In this order: what comes between the two is behind the end.
        var end = await _reader.FindEndAsync(cancellationToken).ConfigureAwait(false);
        if (end == 0 || await _records.WereUsedAsync(cancellationToken).ConfigureAwait(false)) return 0;
        await _records.AcceptAsync([], end).ConfigureAwait(false);
        return end;
    }

    /// <summary>Reads a page, takes its messages in and gives the new place.</summary>
    private async Task<long> ReadPageAsync(long place, bool isCaughtUp)
    {
        var batch = new List<WebhookDelivery>();
        var ended = new List<(Guid Id, int Ends)>();
        var chars = 0;
        await foreach (var block in _reader.ReadAsync(place, isCaughtUp, _stopping.Token).ConfigureAwait(false))
        {
            foreach (var delivery in block.Deliveries)
            {
                batch.Add(delivery);
                chars += delivery.Body.Length;

                // The place stays before this block until all of it is taken in.
                if (batch.Count < WebhookLimits.MaxBatch && chars < WebhookLimits.MaxBatchChars) continue;
                await SaveAsync(batch, place).ConfigureAwait(false);
                batch.Clear();
                chars = 0;
            }

            place = block.Position;
            if (block.Ends > 0 && isCaughtUp) ended.Add((block.ExecutionId, block.Ends));
        }

        if (batch.Count > 0) await SaveAsync(batch, place).ConfigureAwait(false);

        // Only now: as long as an execution is watched the place is not moved without a look.
        foreach (var (id, ends) in ended)
        {
            for (var i = 0; i < ends; i++) _watch.Release(id);
        }

        return place;
    }

    private async Task<long> SaveAsync(List<WebhookDelivery> found, long place)
    {
        var deliveries = new List<WebhookDelivery>(found.Count);
        foreach (var delivery in found)
        {
            var hasRoom = _targets.HasRoom(_sender.TargetOf(delivery.Url));
            deliveries.Add(hasRoom ? delivery : delivery with { ErrorCode = "webhook_backlog", Error = $"{_options.MaxWaitingPerTarget} deliveries wait for this receiver already." });
        }

        await _records.AcceptAsync(deliveries, place).ConfigureAwait(false);
        foreach (var delivery in deliveries.Where(d => d.ErrorCode is null)) _targets.Add(_sender.TargetOf(delivery.Url), delivery.Id, delivery.At);
        if (deliveries.Count > 0) Change();
        return place;
    }

    /// <summary>Takes up what waited when the last process ended.</summary>
    private async Task<bool> LoadAsync()
    {
        var found = new List<WebhookDelivery>();
        string? after = null;
        do
        {
            (var items, after) = await _records.ListWaitingAsync(after, 1_000, _stopping.Token).ConfigureAwait(false);
            foreach (var delivery in items) found.Add(delivery with { Body = "" });
        }
        while (after is not null);
        foreach (var delivery in found) _targets.Add(_sender.TargetOf(delivery.Url), delivery.Id, delivery.At);
        Change();
        return true;
    }

    private async Task SendAsync()
    {
        var stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            var changed = _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var taken = _targets.Take(Now(), out var next);
            foreach (var (target, id) in taken)
            {
                var attempt = Task.Run(() => TryAsync(target, id), CancellationToken.None);
                lock (_gate) _underWay.Add(attempt);
                _ = attempt.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }

            var wait = next is { } due ? due - Now() : Timeout.InfiniteTimeSpan;
            if (next is not null) wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, 60_000));
            await changed.Task.WaitAsync(wait, _options.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Forget(Task attempt)
        {
            lock (_gate) _underWay.Remove(attempt);
        }
    }

    private async Task TryAsync(string target, string id)
    {
        bool? answered = null;
        TimeSpan? retryAfter = null;
        try
        {
            if (await PatientlyAsync(() => _records.FindWaitingAsync(id, _stopping.Token)).ConfigureAwait(false) is not { } delivery) return;
            var start = _options.Time.GetTimestamp();
            var outcome = await _sender.SendAsync(delivery, _stopping.Token).ConfigureAwait(false);
            delivery = delivery with { Attempts = delivery.Attempts + 1 };
            if (outcome.IsAccepted || !outcome.IsFinal) answered = outcome.IsAccepted;
            retryAfter = outcome.RetryAfter;
            Remember(new WebhookAttempt(id, delivery.ExecutionId, delivery.Event, target, delivery.Attempts, Now(), _options.Time.GetElapsedTime(start), outcome.Code, outcome.Message));
            if (outcome.IsAccepted) await PatientlyAsync(() => DoneAsync(_records.FinishAsync(id))).ConfigureAwait(false);
            else await FailedAsync(target, delivery, outcome).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The process stops; the next one sends it under the same id.
        }
        finally
        {
            _targets.Done(target, answered, Now(), retryAfter);
            Change();
        }
    }

    private async Task FailedAsync(string target, WebhookDelivery delivery, WebhookOutcome outcome)
    {
        var now = Now();
        var last = delivery.CreatedAt + _options.GiveUpAfter;
        var failed = delivery with { ErrorCode = outcome.Code, Error = outcome.Message };
        if (outcome.IsFinal || delivery.Attempts >= _options.MaxAttempts || now >= last)
        {
            WebhookLog.GivenUp(_options.Logger, delivery.Id, target, delivery.Attempts, outcome.Message);
            await PatientlyAsync(() => DoneAsync(_records.BuryAsync(failed with { At = now }))).ConfigureAwait(false);
            return;
        }

        var delay = _options.FirstDelay * Math.Pow(2, delivery.Attempts - 1);
        if (delay > _options.MaxDelay) delay = _options.MaxDelay;
        lock (_gate) delay *= 0.5 + (_options.Random.NextDouble() / 2);
        if (outcome.RetryAfter is { } asked && asked > delay) delay = asked;
        var at = last - now < delay ? last : now + delay;
        await PatientlyAsync(() => DoneAsync(_records.RetryLaterAsync(failed with { At = at }))).ConfigureAwait(false);
        _targets.Add(target, delivery.Id, at);
    }

    private static async Task<bool> DoneAsync(Task write)
    {
        await write.ConfigureAwait(false);
        return true;
    }

    /// <summary>Tries until the store is back: nothing is lost by waiting.</summary>
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> act)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            _stopping.Token.ThrowIfCancellationRequested();
            try
            {
                return await act().ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                if (isFirst) WebhookLog.StoreFailed(_options.Logger, e);
            }

            await Task.Delay(_options.StoreRetry, _options.Time, _stopping.Token).ConfigureAwait(false);
        }
    }

    private void Remember(WebhookAttempt attempt)
    {
        lock (_gate)
        {
            _recent.Enqueue(attempt);
            if (_recent.Count > _options.Recent) _recent.Dequeue();
        }
    }

    private void Change() => Volatile.Read(ref _changed).TrySetResult();

    private DateTimeOffset Now() => _options.Time.GetUtcNow();
}
