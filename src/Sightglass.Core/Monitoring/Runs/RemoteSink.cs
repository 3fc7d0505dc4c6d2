using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>Reports logs to a server, in numbered batches: one that is sent again after a lost answer is recorded once. What
/// the server cannot take is tried until it can, with growing distances.</summary>
internal sealed class RemoteSink : ILogSink, IDisposable
{
    private readonly PipelineMonitorOptions _options;
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly CancellationToken _gone;
    private readonly ConcurrentDictionary<Guid, RemoteRun> _runs = new();

    public RemoteSink(PipelineMonitorOptions options)
    {
        _options = options;
        _gone = _abandoned.Token;

        // A redirect would take the token to another server.
        _http = new HttpClient(options.Handler ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }, disposeHandler: options.Handler is null)
        {
            BaseAddress = options.Server,
            Timeout = MonitorLimits.RequestTime,
        };
        if (options.Token is { } token) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public void Abandon() => _abandoned.Cancel();

    public void Dispose()
    {
        _http.Dispose();
        _abandoned.Dispose();
    }

    public async Task<MonitorException?> WriteAsync(Append append, bool ended)
    {
        var run = _runs.GetOrAdd(append.ExecutionId, static _ => new RemoteRun());
        run.Use(append.Values);
        var events = append.Blocks.SelectMany(b => EventJson.ReadBlock(b.Bytes)).ToList();
        if (append.ExpectedLast == 0)
        {
            var created = (ExecutionCreated)events[0].Data;
            if (await SendAsync("api/executions", run.StartOf(events[0], created)).ConfigureAwait(false) is { } refused) return Forget(append.ExecutionId, refused);
            events.RemoveAt(0);
        }

        for (var from = 0; from < events.Count;)
        {
            var body = run.BatchOf(events, ref from);
            if (await SendAsync($"api/executions/{append.ExecutionId}/events", body).ConfigureAwait(false) is { } refused) return Forget(append.ExecutionId, refused);
        }

        if (ended) _runs.TryRemove(append.ExecutionId, out _);
        return null;
    }

    private MonitorException Forget(Guid id, MonitorException refused)
    {
        _runs.TryRemove(id, out _);
        return refused;
    }

    /// <summary>Sends until the server has taken it.</summary>
    /// <returns>Why it never will; null where it has.</returns>
    private async Task<MonitorException?> SendAsync(string path, ReadOnlyMemory<byte> body)
    {
        var wait = MonitorLimits.FirstRetry;
        while (true)
        {
            TimeSpan? asked = null;
            try
            {
                using var content = new ReadOnlyMemoryContent(body);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var answer = await _http.PostAsync(new Uri(path, UriKind.Relative), content, _gone).ConfigureAwait(false);
                if (answer.IsSuccessStatusCode) return null;
                if (!IsPassing(answer.StatusCode)) return await RefusalAsync(answer).ConfigureAwait(false);
                asked = answer.Headers.RetryAfter?.Delta;
                MonitorLog.ServerAway(_options.Logger, path, $"it answered {(int)answer.StatusCode}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                if (_gone.IsCancellationRequested) return new MonitorException("monitor_closed", "The monitor was closed before the server took everything that was reported.");
                MonitorLog.ServerAway(_options.Logger, path, e.Message);
            }

            var delay = asked > wait ? asked.Value : wait;
            await Task.Delay(delay < MonitorLimits.LongestRetry ? delay : MonitorLimits.LongestRetry, _options.Time, _gone).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            wait = wait * 2 < MonitorLimits.LongestRetry ? wait * 2 : MonitorLimits.LongestRetry;
        }
    }

    private static bool IsPassing(HttpStatusCode status) =>
        (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or (HttpStatusCode)425;

    private static async Task<MonitorException> RefusalAsync(HttpResponseMessage answer)
    {
        var (code, detail) = ("", "");
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync().ConfigureAwait(false);
            var buffer = new byte[MonitorLimits.MaxRefusalBytes];
            var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false).ConfigureAwait(false);
            using var json = JsonDocument.Parse(buffer.AsMemory(0, length));
            code = json.RootElement.TryGetProperty("code"u8, out var c) ? c.GetString() ?? "" : "";
            detail = json.RootElement.TryGetProperty("detail"u8, out var d) ? d.GetString() ?? "" : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IOException or HttpRequestException)
        {
            // Not from our server, or not whole: the status says enough.
        }

        return new MonitorException("monitor_refused", $"The server refused the run with {(int)answer.StatusCode} {code}: {detail} Nothing more of it is recorded.");
    }
}
