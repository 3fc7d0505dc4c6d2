using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sightglass.Core.Stages.Http;

namespace Sightglass.Core.Webhooks;

/// <summary>Makes one attempt at a delivery. Redirects are not followed, and private addresses are refused.</summary>
internal sealed class WebhookSender : IDisposable
{
    private readonly WebhookOptions _options;
    private readonly HttpMessageInvoker _client;

    public WebhookSender(WebhookOptions options)
    {
        _options = options;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // A proxy would connect to addresses that nobody checks here.
            ConnectTimeout = options.Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxConnectionsPerServer = options.MaxConcurrentPerTarget,
            MaxResponseHeadersLength = 32,
            MaxResponseDrainSize = 16 * 1024,
            ActivityHeadersPropagator = null,
            ConnectCallback = (context, cancellationToken) => AddressGuard.ConnectAsync(context, IsAllowed, cancellationToken),
        });
    }

    /// <summary>Gives where a delivery goes: scheme, host and port.</summary>
    public string TargetOf(string url) =>
        WebhookText.Reveal(url, _options.FindSecret, out _) is { } text && Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri.GetLeftPart(UriPartial.Authority) : url;

    public async Task<WebhookOutcome> SendAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        if (Build(delivery, out var refusal) is not { } request) return refusal!;
        using var timeout = new CancellationTokenSource(_options.Timeout, _options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using (request)
        {
            try
            {
                using var response = await _client.SendAsync(request, linked.Token).ConfigureAwait(false);
                if (response.IsSuccessStatusCode) return WebhookOutcome.Accepted;
                var isRedirect = (int)response.StatusCode is >= 300 and < 400;
                return new WebhookOutcome(
                    "webhook_status",
                    $"The receiver answered {(int)response.StatusCode}{(isRedirect ? "; redirects are not followed, write the address it leads to" : "")}.",
                    response.StatusCode == HttpStatusCode.Gone,
                    RetryAfter(response.Headers.RetryAfter));
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                return new WebhookOutcome("webhook_timeout", $"The receiver did not answer within {_options.Timeout.TotalSeconds:0.#} s.");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or AddressRefusedException)
            {
                return e is AddressRefusedException || e.InnerException is AddressRefusedException
                    ? new WebhookOutcome("webhook_address_refused", (e as AddressRefusedException ?? e.InnerException!).Message, IsFinal: true)
                    : new WebhookOutcome("webhook_unreachable", "The receiver could not be reached: " + e.Message);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private HttpRequestMessage? Build(WebhookDelivery delivery, out WebhookOutcome? refusal)
    {
        refusal = null;
        var url = Reveal(delivery.Url, ref refusal);
        var key = delivery.Secret is null ? null : Reveal(delivery.Secret, ref refusal);
        var headers = (delivery.Headers ?? new Dictionary<string, string>()).ToDictionary(h => h.Key, h => h.Value);
        foreach (var name in headers.Keys.ToList()) headers[name] = Reveal(headers[name], ref refusal);
        if (refusal is not null) return null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            refusal = new WebhookOutcome("webhook_invalid", "The address is no http or https URL.", IsFinal: true);
            return null;
        }

        var body = Encoding.UTF8.GetBytes(delivery.Body);
        var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "Sightglass");
        request.Headers.TryAddWithoutValidation("X-Sightglass-Delivery", delivery.Id);
        request.Headers.TryAddWithoutValidation("X-Sightglass-Event", delivery.Event);
        if (key is not null) request.Headers.TryAddWithoutValidation(WebhookSignature.Header, WebhookSignature.Create(key, body, _options.Time.GetUtcNow()));

        // Without validation, which refuses values by an exception that would quote them; a line break is caught before.
        foreach (var (name, value) in headers)
        {
            if (!value.Any(char.IsControl) && request.Headers.TryAddWithoutValidation(name, value)) continue;
            request.Dispose();
            refusal = new WebhookOutcome("webhook_invalid", $"The header '{name}' cannot be sent.", IsFinal: true);
            return null;
        }

        return request;
    }

    private string Reveal(string text, ref WebhookOutcome? refusal)
    {
        var revealed = WebhookText.Reveal(text, _options.FindSecret, out var missing);
        if (missing is not null) refusal ??= new WebhookOutcome("webhook_secret_missing", $"The secret '{missing}' is not configured: set SIGHTGLASS_SECRET_{missing} or add it to the secrets file, then deliver again.", IsFinal: true);
        return revealed ?? "";
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? (header?.Date is { } date ? date - _options.Time.GetUtcNow() : null);
        return wait is { } asked && asked > TimeSpan.Zero ? asked : null;
    }

    private bool IsAllowed(string host, int port, IPAddress address) => AddressGuard.IsAllowed(host, port, address, _options.AllowPrivateNetworks, _options.AllowedHosts);
}
