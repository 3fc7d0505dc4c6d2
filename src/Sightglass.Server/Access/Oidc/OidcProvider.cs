using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Sightglass.Core.Stages.Http;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access.Oidc;

/// <summary>Asks the provider: what it says of itself, its keys, and for a code the token of whoever logged in. Answers are
/// bounded, redirects are not followed. Safe for concurrent use.</summary>
internal sealed class OidcProvider : IDisposable
{
    private readonly OidcOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    // One asks, others wait for the answer. Guarded by it: what is known, and since when.
    private readonly SemaphoreSlim _asking = new(1, 1);
    private OidcMetadata? _metadata;
    private DateTimeOffset _described;
    private IReadOnlyList<SecurityKey> _keys = [];
    private DateTimeOffset _keysRead = DateTimeOffset.MinValue;

    public OidcProvider(OidcOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var authority = new Uri(options.Authority);

        // The admin has named the provider, wherever it lies; the other hosts that it names have to be public ones.
        string[] named = [string.Create(CultureInfo.InvariantCulture, $"{authority.DnsSafeHost}:{authority.Port}")];
        _client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // A proxy would connect to addresses that nobody checks here.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxConnectionsPerServer = OidcLimits.MaxConnections,
            MaxResponseHeadersLength = 32,
            ActivityHeadersPropagator = null,
            ConnectCallback = (context, cancel) => AddressGuard.ConnectAsync(context, (host, port, address) => AddressGuard.IsAllowed(host, port, address, false, named), cancel),
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // By the server's clock: see AskAsync.
            MaxResponseContentBufferSize = OidcLimits.MaxAnswerBytes,
        };
    }

    /// <summary>Gives what the provider says of itself.</summary>
    public async Task<(OidcMetadata? Metadata, ApiProblem? Problem)> DescribeAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await DescribeInTurnAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Gives the provider's keys.</summary>
    /// <param name="isUnknown">Whether a token names a key that was not among them: they are read anew, but not all the time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<(IReadOnlyList<SecurityKey> Keys, ApiProblem? Problem)> ReadKeysAsync(bool isUnknown, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var age = _time.GetUtcNow() - _keysRead;
            if (age < (isUnknown ? OidcLimits.KeyGap : OidcLimits.DescriptionLife)) return (_keys, null);
            var (metadata, problem) = await DescribeInTurnAsync(cancellationToken).ConfigureAwait(false);
            if (metadata is null) return ([], problem);
            using var request = new HttpRequestMessage(HttpMethod.Get, metadata.Keys);
            (var json, _, problem) = await AskAsync(request, "keys", cancellationToken).ConfigureAwait(false);
            if (problem is not null) return ([], problem);
            var (keys, wrong) = OidcKeys.Read(json);
            if (wrong is not null) return ([], OidcProblems.Unavailable($"its keys at {metadata.Keys} {wrong}."));
            (_keys, _keysRead) = (keys, _time.GetUtcNow());
            return (keys, null);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Redeems a code.</summary>
    /// <returns>The ID token.</returns>
    public async Task<(string? Token, ApiProblem? Problem)> RedeemAsync(OidcMetadata metadata, string code, OidcLogin login, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, metadata.Token);
        var form = new Dictionary<string, string> { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = login.ReturnAddress, ["code_verifier"] = login.Verifier };
        if (_options.ClientSecret is { } secret && metadata.TakesBasic)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(WebUtility.UrlEncode(_options.ClientId) + ":" + WebUtility.UrlEncode(secret))));
        else form["client_id"] = _options.ClientId;
        if (_options.ClientSecret is { } posted && !metadata.TakesBasic) form["client_secret"] = posted;
        request.Content = new FormUrlEncodedContent(form);
        var (json, status, problem) = await AskAsync(request, "token", cancellationToken).ConfigureAwait(false);
        if (problem is not null) return (null, problem);
        if (status is 400 or 401) return (null, OidcProblems.Refused($"it does not take the code ({(json.TryGetProperty("error", out var error) ? OidcText.Clean(error.ToString()) : status.ToString(CultureInfo.InvariantCulture))})."));
        return json.TryGetProperty("id_token", out var token) && token.ValueKind == JsonValueKind.String
            ? (token.GetString(), null)
            : (null, OidcProblems.Unavailable("it gives no ID token for a code."));
    }

    public void Dispose()
    {
        _client.Dispose();
        _asking.Dispose();
    }

    private async Task<(OidcMetadata? Metadata, ApiProblem? Problem)> DescribeInTurnAsync(CancellationToken cancellationToken)
    {
        if (_metadata is { } known && _time.GetUtcNow() - _described < OidcLimits.DescriptionLife) return (known, null);
        var address = _options.Issuer + "/.well-known/openid-configuration";
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        var (json, _, problem) = await AskAsync(request, "description", cancellationToken).ConfigureAwait(false);
        if (problem is not null) return (null, problem);
        var (metadata, wrong) = OidcMetadata.Read(json, _options);
        if (metadata is null) return (null, OidcProblems.Unavailable($"its description at {address} {wrong}."));
        (_metadata, _described) = (metadata, _time.GetUtcNow());
        return (metadata, null);
    }

    private async Task<(JsonElement Json, int Status, ApiProblem? Problem)> AskAsync(HttpRequestMessage request, string what, CancellationToken cancellationToken)
    {
        var place = request.RequestUri!.GetLeftPart(UriPartial.Path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await _client.SendAsync(request, either.Token).ConfigureAwait(false);
            var status = (int)response.StatusCode;

            // A code that is not taken is answered in JSON as well; of everything else no body counts.
            if (status != 200 && !(what == "token" && status is 400 or 401)) return (default, status, OidcProblems.Unavailable($"{place} answers {status}."));
            var json = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false));
            return json.ValueKind == JsonValueKind.Object ? (json, status, null) : (default, status, OidcProblems.Unavailable($"{place} answers with something else than an object."));
        }
        catch (JsonException)
        {
            return (default, 0, OidcProblems.Unavailable($"{place} does not answer in JSON."));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, 0, OidcProblems.Unavailable(string.Create(CultureInfo.InvariantCulture, $"{place} does not answer within {_options.Timeout.TotalSeconds:0} s.")));
        }
        catch (Exception e) when (e is HttpRequestException or AddressRefusedException or IOException or SocketException)
        {
            return (default, 0, OidcProblems.Unavailable($"{place} cannot be asked ({OidcText.Clean((e.InnerException ?? e).Message)})."));
        }
    }
}
