using System.Globalization;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Tail;

/// <summary>
/// Follows all executions that the caller may see. The overview says which there are; it is opened first, then the lists are
/// read, so that none falls between. Each is then read from its own log: those that ran before from this moment on, all others
/// whole. Where the server goes away, overview, lists and logs go on where they were.
/// </summary>
internal sealed class TailRun(Session session, TailFilter filter, TailReaders readers, KnownExecutions known, Reconnection reconnection, TimeProvider time)
{
    // How far before the place at which an older execution is said to be its log is read: some of that may be news.
    private const int Lookback = 1000;

    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    private readonly ApiClient _client = session.Client;
    private string? _place;
    private bool _hasBegun;
    private DateTimeOffset _begin;
    private DateTimeOffset _inTouch;
    private TimeSpan _skew;

    // By the server's clock, which is the one that its logs go by; a little earlier, since what is on its way counts too.
    private DateTimeOffset LeftAt => _inTouch + _skew - Slack;

    /// <summary>Follows until it is cancelled, or until a run that owns a data folder has gone with its execution.</summary>
    public async Task RunAsync(Action<int> onReady, CancellationToken cancellationToken)
    {
        while (true)
        {
            ServerLostException? lost = null;
            try
            {
                await FollowAsync(onReady, cancellationToken).ConfigureAwait(false);
            }
            catch (ServerLostException error) when (_hasBegun)
            {
                lost = error;
            }

            if (!session.IsServed)
            {
                await readers.WaitUntilIdleAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }

            // A stream that is closed is opened again; only where that fails the server is away.
            if (lost is null)
            {
                await Task.Delay(CliLimits.TailPoll, time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            readers.Hold(true);
            await reconnection.WaitAsync(lost, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(Action<int> onReady, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await _client.OpenStreamAsync("api/feed", "text/event-stream", _place, cancellationToken).ConfigureAwait(false);
        }
        catch (ServerLostException error) when (error.Code == "streaming_disabled")
        {
            // The lists tell the same, later.
        }

        using (response)
        {
            if (response?.Headers.Date is { } date) _skew = date - time.GetUtcNow();
            if (!_hasBegun) (_begin, _inTouch) = (response?.Headers.Date ?? time.GetUtcNow(), time.GetUtcNow());
            if (_place is null || response is null) await ListAsync(cancellationToken).ConfigureAwait(false);
            reconnection.Succeed();
            readers.Hold(false);
            if (!_hasBegun) onReady(known.Count);
            _hasBegun = true;
            if (response is null)
            {
                _inTouch = time.GetUtcNow();
                return;
            }

            await foreach (var frame in FeedStream.ReadAsync(_client, response, cancellationToken).ConfigureAwait(false))
            {
                if (frame.Name == "reset") await ListAsync(cancellationToken).ConfigureAwait(false);
                else if (frame is { Name: "", Data: { } row }) await ConsiderAsync(row, row.GetProperty("seq"u8).GetInt64(), cancellationToken).ConfigureAwait(false);
                _place = frame.Id;
                _inTouch = time.GetUtcNow();
            }
        }
    }

    /// <summary>Reads the lists: what is under way or ended just now, and after a while away what came meanwhile.</summary>
    private async Task ListAsync(CancellationToken cancellationToken)
    {
        await PagesAsync("api/executions?limit=1000", cancellationToken).ConfigureAwait(false);
        if (!_hasBegun) return;
        var since = (known.Newest > _begin ? known.Newest : _begin).AddMinutes(-1);
        await PagesAsync(string.Create(CultureInfo.InvariantCulture, $"api/executions/history?limit=1000&from={since.ToUnixTimeMilliseconds()}"), cancellationToken).ConfigureAwait(false);
    }

    private async Task PagesAsync(string path, CancellationToken cancellationToken)
    {
        string? cursor = null;
        for (var page = 0; page < CliLimits.MaxTailPages; page++)
        {
            var list = await _client.GetAsync(path + (cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor)), cancellationToken).ConfigureAwait(false);
            var rows = list.GetProperty("executions"u8).EnumerateArray().ToList();
            await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (row, token) => await ConsiderAsync(row, null, token).ConfigureAwait(false)).ConfigureAwait(false);
            cursor = list.TryGetProperty("next"u8, out var next) ? next.GetString() : null;
            if (cursor is null) return;
        }

        StandardStreams.Open().Error.WriteLine($"There are more than {CliLimits.MaxTailPages * 1000:N0} executions in the lists; older ones are left out. Narrow it with --pipeline.");
    }

    /// <summary>Decides what an execution's row means.</summary>
    /// <param name="row">The row.</param>
    /// <param name="seq">How far its log is; <see langword="null"/> where a list says nothing of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private async ValueTask ConsiderAsync(JsonElement row, long? seq, CancellationToken cancellationToken)
    {
        var pipeline = row.GetProperty("pipelineId"u8).GetString()!;
        if (!filter.FitsPipeline(pipeline)) return;
        var id = row.GetProperty("id"u8).GetGuid();
        var status = row.GetProperty("status"u8).GetString()!;
        if (known.Find(id) is { } execution)
        {
            if (seq is null || seq > execution.Seq) readers.Read(execution, seq ?? 0);
            return;
        }

        var start = DateTimeOffset.FromUnixTimeMilliseconds(row.GetProperty("startTime"u8).GetInt64());
        var hasEnded = status is "completed" or "failed" or "cancelled";
        if (known.EndedAt(id) is { } end)
        {
            // It was run again, or ended while it could not be heard.
            if (seq is null ? hasEnded && EndOf(row) < LeftAt : seq <= end) return;
            Add(new TailedExecution(id, pipeline, status, end, _begin), seq ?? long.MaxValue);
        }
        else if (start >= _begin)
        {
            Add(new TailedExecution(id, pipeline, "queued", 0, DateTimeOffset.MinValue), seq ?? long.MaxValue, start);
        }
        else if (!hasEnded || (_hasBegun && seq is not null))
        {
            await JoinAsync(id, pipeline, status, seq, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Joins one that is older: what it did before is not of interest.</summary>
    private async Task JoinAsync(Guid id, string pipeline, string status, long? seq, CancellationToken cancellationToken)
    {
        var children = new List<Guid>();
        if (seq is null)
        {
            try
            {
                var state = await _client.GetAsync($"api/executions/{id}", cancellationToken).ConfigureAwait(false);
                seq = state.GetProperty("seq"u8).GetInt64();
                foreach (var stage in state.GetProperty("stages"u8).EnumerateArray())
                {
                    if (stage.TryGetProperty("child"u8, out var child) && child.ValueKind == JsonValueKind.String && stage.GetProperty("status"u8).GetString() is "running" or "waiting") children.Add(child.GetGuid());
                }
            }
            catch (CommandRefusedException refused) when (refused.ExitCode == ExitCodes.NotFound)
            {
                return;
            }
        }

        Add(new TailedExecution(id, pipeline, status, Math.Max(0, seq.Value - Lookback), _hasBegun ? LeftAt : _begin), 0);
        foreach (var child in children)
        {
            if (known.Find(child) is null) await JoinAsync(child, "", "running", null, cancellationToken).ConfigureAwait(false);
        }
    }

    private static DateTimeOffset EndOf(JsonElement row) =>
        row.TryGetProperty("endTime"u8, out var end) ? DateTimeOffset.FromUnixTimeMilliseconds(end.GetInt64()) : DateTimeOffset.MaxValue;

    private void Add(TailedExecution execution, long seq, DateTimeOffset start = default)
    {
        if (known.Add(execution, start)) readers.Read(execution, seq);
    }
}
