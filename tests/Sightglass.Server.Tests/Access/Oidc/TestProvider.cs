using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Sightglass.Server.Tests.Access.Oidc;

/// <summary>A small OpenID provider: it logs everybody in as <see cref="Claims"/>, takes each code once, and checks secret and PKCE.
/// What it signs can be turned into what a bad one would sign.</summary>
internal sealed class TestProvider : IAsyncDisposable
{
    public const string ClientId = "sightglass";
    public const string Secret = "s3cret: of/the registration";

    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, (string Challenge, string RedirectUri, string Nonce)> _codes = new();
    private int _lastCode;

    private TestProvider(WebApplication app, TimeProvider time) => (_app, _time) = (app, time);

    public string Issuer { get; private set; } = "";

    /// <summary>Gets the claims of whoever logs in, beside those of every token.</summary>
    public Dictionary<string, JsonNode?> Claims { get; } = new() { ["sub"] = "24400320", ["preferred_username"] = "Ada" };

    /// <summary>Gets or sets what is changed in a token's claims before it is signed.</summary>
    public Action<JsonObject>? Change { get; set; }

    /// <summary>Gets or sets what is changed in the description.</summary>
    public Action<JsonObject>? Describe { get; set; }

    /// <summary>Gets or sets how tokens are signed: RS256, PS256, ES256, HS256 or none.</summary>
    public string Algorithm { get; set; } = "RS256";

    /// <summary>Gets or sets what a token says of its kind.</summary>
    public string Type { get; set; } = "JWT";

    /// <summary>Gets or sets the status of every answer; 0 answers as it should.</summary>
    public int Fails { get; set; }

    /// <summary>Gets or sets what is told that the provider was asked, which then never answers.</summary>
    public TaskCompletionSource? Silence { get; set; }

    /// <summary>Gets or sets the keys that are named; the last one signs.</summary>
    public List<TestKey> Keys { get; set; } = [new("first")];

    /// <summary>Gets or sets the key that signs, where it is none that is named.</summary>
    public TestKey? Signer { get; set; }

    public int KeysRead { get; private set; }

    public static async Task<TestProvider> StartAsync(TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var provider = new TestProvider(builder.Build(), time ?? TimeProvider.System);
        provider._app.Run(provider.AnswerAsync);
        await provider._app.StartAsync();
        provider.Issuer = provider._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Keys.ForEach(k => k.Dispose());
        Signer?.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (Silence is { } asked)
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, _time, context.RequestAborted);
        }

        if (Fails > 0)
        {
            context.Response.StatusCode = Fails;
            return Task.CompletedTask;
        }

        return context.Request.Path.Value switch
        {
            "/.well-known/openid-configuration" => DescribeAsync(context),
            "/authorize" => AuthorizeAsync(context),
            "/token" => RedeemAsync(context),
            "/keys" => NameKeysAsync(context),
            _ => throw new InvalidOperationException(context.Request.Path),
        };
    }

    private Task DescribeAsync(HttpContext context)
    {
        var description = new JsonObject { ["issuer"] = Issuer, ["authorization_endpoint"] = Issuer + "/authorize?tenant=1", ["token_endpoint"] = Issuer + "/token", ["jwks_uri"] = Issuer + "/keys" };
        Describe?.Invoke(description);
        return context.Response.WriteAsync(description.ToJsonString());
    }

    private Task AuthorizeAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["response_type"] != "code" || query["client_id"] != ClientId || query["code_challenge_method"] != "S256" || query["tenant"] != "1" || !query["scope"].ToString().Split(' ').Contains("openid"))
            throw new InvalidOperationException(context.Request.QueryString.Value);
        var code = $"code {Interlocked.Increment(ref _lastCode)}";
        _codes[code] = (query["code_challenge"].ToString(), query["redirect_uri"].ToString(), query["nonce"].ToString());
        context.Response.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"].ToString(), new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"], ["session_state"] = "what nobody asked for" }));
        return Task.CompletedTask;
    }

    private async Task RedeemAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(ClientId + ":" + System.Net.WebUtility.UrlEncode(Secret)));
        var isKnown = _codes.TryRemove(form["code"].ToString(), out var login)
            && form["grant_type"] == "authorization_code" && form["redirect_uri"] == login.RedirectUri
            && Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) == login.Challenge;
        context.Response.StatusCode = context.Request.Headers.Authorization != expected ? 401 : isKnown ? 200 : 400;
        await context.Response.WriteAsync(context.Response.StatusCode switch
        {
            200 => new JsonObject { ["access_token"] = "opaque", ["token_type"] = "Bearer", ["id_token"] = Sign(login.Nonce) }.ToJsonString(),
            401 => """{"error":"invalid_client"}""",
            _ => """{"error":"invalid_grant"}""",
        });
    }

    private Task NameKeysAsync(HttpContext context)
    {
        KeysRead++;
        return context.Response.WriteAsync(new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(k => k.Describe())]) }.ToJsonString());
    }

    private string Sign(string nonce)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = Issuer, ["aud"] = ClientId, ["iat"] = now, ["exp"] = now + 300, ["nonce"] = nonce };
        foreach (var (name, value) in Claims) claims[name] = value?.DeepClone();
        Change?.Invoke(claims);
        var key = Signer ?? Keys[^1];
        var header = new JsonObject { ["alg"] = Algorithm, ["typ"] = Type, ["kid"] = key.Id };
        var text = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(header)) + "." + Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims));
        return text + "." + key.Sign(Algorithm, Encoding.ASCII.GetBytes(text));
    }
}
