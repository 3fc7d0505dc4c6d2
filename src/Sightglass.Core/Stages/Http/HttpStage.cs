using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Stages.Http;

/// <summary>Sends one request and gives back <c>{status, headers, body}</c>. Redirects, size, silence and addresses are bounded.</summary>
public sealed class HttpStage : IStageType, IDisposable
{
    private readonly HttpStageOptions _options;
    private readonly HttpMessageInvoker _client;

    /// <summary>Makes the type.</summary>
    /// <param name="options">Settings; the defaults where there are none.</param>
    public HttpStage(HttpStageOptions? options = null)
    {
        _options = (options ?? new HttpStageOptions()).Checked();
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // Followed by hand, so that headers can be taken out.
            UseCookies = false, // Stages share the handler and must not share a session.
            UseProxy = false, // A proxy would connect to addresses that nobody checks here.
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = _options.ConnectTimeout,
            PooledConnectionLifetime = HttpLimits.ConnectionLife,
            MaxResponseHeadersLength = HttpLimits.MaxHeaderKilobytes,
            ActivityHeadersPropagator = null,
            ConnectCallback = (context, cancellationToken) => AddressGuard.ConnectAsync(context, IsAllowed, cancellationToken),
        });
    }

    /// <inheritdoc/>
    public string Name => "http";

    /// <inheritdoc/>
    public async Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken)
    {
        var body = run.Input.Deserialize(DefinitionJson.Context.HttpDefinition) ?? new HttpDefinition();
        var (plan, problem) = HttpRequestPlan.Create(body);
        if (problem is not null)
            return Failed(problem);

        using var silence = new SilenceTimer(_options.SilenceTimeout, run.Time, cancellationToken);
        try
        {
            return await SendAsync(run, body, plan!, silence);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return StageResult.Cancelled();
        }
        catch (OperationCanceledException) when (silence.HasExpired)
        {
            return StageResult.Failed("http_timeout", $"{plan!.Url.Authority} sent nothing for {_options.SilenceTimeout.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or AddressRefusedException)
        {
            return Failed(Explain(e, plan!.Url));
        }
    }

    /// <summary>Closes the idle connections.</summary>
    public void Dispose() => _client.Dispose();

    private async Task<StageResult> SendAsync(StageRun run, HttpDefinition body, HttpRequestPlan plan, SilenceTimer silence)
    {
        var redirects = Math.Clamp(body.MaxRedirects ?? _options.MaxRedirects, 0, _options.MaxRedirects);
        while (true)
        {
            silence.Restart();
            using var message = plan.Message();
            using var response = await _client.SendAsync(message, silence.Token);
            var isExpected = body.ExpectStatus.Contains((int)response.StatusCode);
            if (!isExpected && IsRedirect(response))
            {
                if (redirects-- == 0)
                    return StageResult.Failed("http_too_many_redirects", $"The server redirects again, to {response.Headers.Location}; raise 'maxRedirects' if that is right.");
                if (plan.Follow(response.StatusCode, response.Headers.Location) is { } refused)
                    return Failed(refused);
                continue;
            }

            var limit = Math.Clamp(body.MaxResponseBytes ?? _options.MaxResponseBytes, 0, _options.MaxResponseBytes);
            if (await HttpResponseReader.ReadAsync(run, response, limit, silence) is not { } content)
                return StageResult.Failed("http_response_too_large", $"The response is longer than {limit} bytes; raise 'maxResponseBytes' or ask for less.");
            var output = HttpResponseReader.Write(response, content, run.Secrets);
            if (isExpected || (body.ExpectStatus.Count == 0 && response.IsSuccessStatusCode))
                return StageResult.Completed(output);
            return StageResult.Failed("http_status", $"{plan.Url.Authority} answered {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd()) with { Output = output };
        }
    }

    private bool IsAllowed(string host, int port, IPAddress address) => AddressGuard.IsAllowed(host, port, address, _options.AllowPrivateNetworks, _options.AllowedHosts);

    private static bool IsRedirect(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is not null;

    private static StageResult Failed(StageError error) => new() { Outcome = StageOutcome.Failed, Error = error };

    private StageError Explain(Exception e, Uri url)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AddressRefusedException:
                    return new StageError("http_address_refused", inner.Message);
                case AuthenticationException:
                    return new StageError("http_tls_failed", $"No trusted connection to {url.Authority}: {inner.Message}");
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return new StageError("http_host_not_found", $"'{url.Host}' was not found; check 'url' and the network.");
                case TimeoutException:
                    return new StageError("http_connect_timeout", $"{url.Authority} did not accept a connection within {_options.ConnectTimeout.TotalSeconds:0.#} s.");
                case SocketException socket when e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }:
                    return new StageError("http_connect_failed", $"{url.Authority} could not be reached: {socket.Message}.");
            }
        }

        return new StageError("http_failed", $"The exchange with {url.Authority} broke off: {e.Message}");
    }
}
