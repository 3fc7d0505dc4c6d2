using System.Net;
using Xunit;

namespace Sightglass.Server.Tests.Access.Oidc;

/// <summary>A browser that logs in: it keeps cookies and follows the provider's redirects by hand, so that a test may stop between
/// two of them.</summary>
internal sealed class OidcBrowser(ServerHarness server, string accept = "*/*") : IDisposable
{
    private readonly CookieContainer _cookies = new();
    private HttpClient? _client;

    public CookieContainer Cookies => _cookies;

    private HttpClient Client => _client ??= new HttpClient(new SocketsHttpHandler { CookieContainer = _cookies, AllowAutoRedirect = false }) { BaseAddress = server.Address, Timeout = ServerHarness.Limit };

    /// <summary>Begins a login.</summary>
    /// <returns>The provider's answer, which leads back.</returns>
    public async Task<Uri> BeginAsync(string next = "/")
    {
        var begun = await GetAsync("/api/auth/oidc/login?next=" + Uri.EscapeDataString(next));
        Assert.True(begun.Status == HttpStatusCode.Found, begun.Text);
        using var provider = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var answer = await provider.GetAsync(begun.Response.Headers.Location);
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        return answer.Headers.Location!;
    }

    /// <summary>Logs in, as a browser that follows every redirect.</summary>
    /// <returns>The last answer, of the address to which the provider led.</returns>
    public async Task<Answer> LogInAsync(string next = "/") => await GetAsync((await BeginAsync(next)).PathAndQuery);

    public async Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", accept);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Client.SendAsync(request);
        var answer = await Answer.ReadAsync(response);
        var wrong = OpenApi.ApiContract.Check("GET", path.Split('?')[0], (int)answer.Status, answer.Type, answer.Text);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        return answer;
    }

    public void Dispose() => _client?.Dispose();
}
