using System.Net;
using Sightglass.Core.Ports;
using Sightglass.Server.Access.Oidc;
using Xunit;

namespace Sightglass.Server.Tests.Access.Oidc;

public sealed class OidcTests
{
    [Theory]
    [InlineData("RS256", false)]
    [InlineData("PS256", false)]
    [InlineData("ES256", true)]
    public async Task Login_by_the_provider_opens_the_session_that_a_password_opens(string algorithm, bool isCurve)
    {
        await using var provider = await TestProvider.StartAsync();
        (provider.Algorithm, provider.Keys) = (algorithm, [new TestKey("only") { IsCurve = isCurve }]);
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);

        (await browser.GetAsync("/api/pipelines")).AssertProblem(HttpStatusCode.Unauthorized, "login_required");
        var methods = (await browser.GetAsync("/api/auth/methods")).Json;
        Assert.False(methods.GetProperty("local").GetBoolean());
        Assert.Equal(("Example", "/api/auth/oidc/login"), (methods.GetProperty("oidc").GetProperty("name").GetString(), methods.GetProperty("oidc").GetProperty("url").GetString()));

        var back = await browser.LogInAsync("/executions?status=failed");
        Assert.True(back.Status == HttpStatusCode.Found, back.Text);
        Assert.Equal("/executions?status=failed", back.Response.Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/pipelines")).Status);
        var caller = (await browser.GetAsync("/api/session")).Json.GetProperty("caller");
        Assert.Equal(("ada", "default", "viewer", "session"), (caller.GetProperty("name").GetString(), caller.GetProperty("organization").GetString(), caller.GetProperty("role").GetString(), caller.GetProperty("kind").GetString()));
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync("/api/users")).Status);
    }

    [Fact]
    public async Task Cookie_of_the_session_is_strict_and_that_of_the_login_is_gone()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);
        var begun = await browser.GetAsync("/api/auth/oidc/login");
        var held = begun.Response.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", held, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", held, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(System.Web.HttpUtility.ParseQueryString(begun.Response.Headers.Location!.Query)["nonce"]!, held, StringComparison.Ordinal);

        var cookies = (await browser.LogInAsync()).Response.Headers.GetValues("Set-Cookie").ToList();
        Assert.Contains(cookies, c => c.StartsWith("sightglass-oidc-", StringComparison.Ordinal) && c.Contains("expires=Thu, 01 Jan 1970", StringComparison.Ordinal));
        Assert.Contains(cookies, c => !c.StartsWith("sightglass-oidc-", StringComparison.Ordinal) && c.Contains("samesite=strict", StringComparison.OrdinalIgnoreCase) && c.Contains("httponly", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Browser_may_come_back_from_another_site_and_begin_from_none()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);
        (string, string)[] link = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
        (await browser.GetAsync("/api/auth/oidc/login", link)).AssertProblem(HttpStatusCode.Forbidden, "foreign_origin");
        var back = await browser.BeginAsync();
        (await browser.GetAsync(back.PathAndQuery, ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors"))).AssertProblem(HttpStatusCode.Forbidden, "foreign_origin");
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync(back.PathAndQuery, link)).Status);
    }

    [Theory]
    [InlineData("/pipelines/x?tab=runs", "/pipelines/x?tab=runs")]
    [InlineData("https://evil.test/", "/")]
    [InlineData("//evil.test", "/")]
    [InlineData("/\\evil.test", "/")]
    [InlineData("/a\\..\\\\evil.test", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("evil.test", "/")]
    [InlineData("", "/")]
    public async Task Login_leads_to_pages_of_this_server_alone(string next, string page)
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);
        Assert.Equal(page, (await browser.LogInAsync(next)).Response.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData("/a?b=%2F&c#d", true)]
    [InlineData("/", true)]
    [InlineData("/\t/evil.test", false)]
    [InlineData("/\n/evil.test", false)]
    [InlineData("/ ", false)]
    [InlineData("/\u00a0", false)]
    [InlineData("/a\\b", false)]
    [InlineData(null, false)]
    public void Page_is_local_when_no_browser_can_read_a_host_into_it(string? next, bool isTaken) =>
        Assert.Equal(isTaken ? next : "/", NextPage.Of(next));

    [Fact]
    public void Page_is_the_first_one_when_its_address_is_too_long() =>
        Assert.Equal("/", NextPage.Of("/" + new string('a', OidcLimits.MaxNext)));

    [Fact]
    public async Task State_counts_once_and_in_the_browser_where_the_login_began()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);
        using var other = new OidcBrowser(server);

        // Slipped into another browser, which has begun a login of its own or none.
        var stolen = await browser.BeginAsync();
        (await other.GetAsync(stolen.PathAndQuery)).AssertProblem(HttpStatusCode.BadRequest, "oidc_state");
        await other.BeginAsync();
        (await other.GetAsync(stolen.PathAndQuery)).AssertProblem(HttpStatusCode.BadRequest, "oidc_state");

        // Turned into another state.
        var wrong = await browser.BeginAsync();
        (await browser.GetAsync(wrong.PathAndQuery.Replace("state=", "state=x", StringComparison.Ordinal))).AssertProblem(HttpStatusCode.BadRequest, "oidc_state");

        // Sent twice, also by who has kept the cookie.
        var good = await browser.BeginAsync();
        var kept = browser.Cookies.GetCookieHeader(server.Address);
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync(good.PathAndQuery)).Status);
        (await browser.GetAsync(good.PathAndQuery)).AssertProblem(HttpStatusCode.BadRequest, "oidc_state");
        (await other.GetAsync(good.PathAndQuery, ("Cookie", kept))).AssertProblem(HttpStatusCode.BadRequest, "oidc_state");
    }

    [Fact]
    public async Task Login_is_too_late_after_ten_minutes()
    {
        var time = new ManualTime();
        await using var provider = await TestProvider.StartAsync(time);
        await using var server = await StartAsync(provider, time: time);
        using var browser = new OidcBrowser(server);
        var back = await browser.BeginAsync();
        time.Advance(OidcLimits.LoginTime);
        (await browser.GetAsync(back.PathAndQuery)).AssertProblem(HttpStatusCode.BadRequest, "oidc_state");
        Assert.Equal(HttpStatusCode.Found, (await browser.LogInAsync()).Status);
    }

    [Fact]
    public async Task Code_that_was_redeemed_already_opens_nothing()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);
        var first = await browser.BeginAsync();
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync(first.PathAndQuery)).Status);
        var second = await browser.BeginAsync();
        var code = System.Web.HttpUtility.ParseQueryString(first.Query)["code"]!;
        var state = System.Web.HttpUtility.ParseQueryString(second.Query)["state"]!;
        var refused = await browser.GetAsync($"/api/auth/oidc/callback?code={Uri.EscapeDataString(code)}&state={state}");
        refused.AssertProblem(HttpStatusCode.Forbidden, "oidc_refused");
        Assert.Contains("invalid_grant", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_of_the_provider_is_told_with_its_words()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server, "text/html,*/*;q=0.8");
        var state = System.Web.HttpUtility.ParseQueryString((await browser.BeginAsync("/executions")).Query)["state"]!;
        var back = await browser.GetAsync($"/api/auth/oidc/callback?error=access_denied&error_description=%3Cb%3Eno%0Aone&state={state}");
        Assert.Equal("/login?error=oidc_refused&next=%2Fexecutions", back.Response.Headers.Location?.OriginalString);

        using var client = new OidcBrowser(server);
        state = System.Web.HttpUtility.ParseQueryString((await client.BeginAsync()).Query)["state"]!;
        back = await client.GetAsync($"/api/auth/oidc/callback?error=access_denied&error_description=%3Cb%3Eno%0Aone&state={state}");
        back.AssertProblem(HttpStatusCode.Forbidden, "oidc_refused");
        Assert.Contains("access_denied <b>noone", back.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_of_another_issuer_is_refused_when_the_provider_says_who_it_is()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Describe = d => d["authorization_response_iss_parameter_supported"] = true;
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);
        (await browser.GetAsync((await browser.BeginAsync()).PathAndQuery)).AssertProblem(HttpStatusCode.Forbidden, "oidc_refused");
        (await browser.GetAsync((await browser.BeginAsync()).PathAndQuery + "&iss=https%3A%2F%2Fevil.test")).AssertProblem(HttpStatusCode.Forbidden, "oidc_refused");
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync((await browser.BeginAsync()).PathAndQuery + "&iss=" + Uri.EscapeDataString(provider.Issuer))).Status);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(404)]
    public async Task Provider_that_fails_is_told_of_and_asked_again(int status)
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Fails = status;
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);
        var refused = await browser.GetAsync("/api/auth/oidc/login");
        refused.AssertProblem(HttpStatusCode.BadGateway, "oidc_unavailable");
        Assert.Contains($"answers {status}", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        provider.Fails = 0;
        Assert.Equal(HttpStatusCode.Found, (await browser.LogInAsync()).Status);

        // Away between the beginning and the end.
        var back = await browser.BeginAsync();
        provider.Fails = status;
        (await browser.GetAsync(back.PathAndQuery)).AssertProblem(HttpStatusCode.BadGateway, "oidc_unavailable");
    }

    [Fact]
    public async Task Provider_that_is_not_there_is_told_of()
    {
        var provider = await TestProvider.StartAsync();
        await provider.DisposeAsync();
        await using var server = await StartAsync(provider);
        using var client = new OidcBrowser(server);
        (await client.GetAsync("/api/auth/oidc/login")).AssertProblem(HttpStatusCode.BadGateway, "oidc_unavailable");
        using var browser = new OidcBrowser(server, "text/html");
        Assert.Equal("/login?error=oidc_unavailable&next=%2F", (await browser.GetAsync("/api/auth/oidc/login")).Response.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Provider_that_does_not_answer_is_given_up_by_the_clock_of_the_server()
    {
        var time = new ManualTime();
        await using var provider = await TestProvider.StartAsync(time);
        await using var server = await StartAsync(provider, o => o with { Timeout = TimeSpan.FromMinutes(1) }, time);
        using var browser = new OidcBrowser(server);
        provider.Silence = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var login = browser.GetAsync("/api/auth/oidc/login");
        await provider.Silence.Task.WaitAsync(ServerHarness.Limit);
        time.Advance(TimeSpan.FromMinutes(1));
        var refused = await login;
        refused.AssertProblem(HttpStatusCode.BadGateway, "oidc_unavailable");
        Assert.Contains("does not answer within 60 s", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("issuer", "https://evil.test", "issuer")]
    [InlineData("token_endpoint", "http://10.0.0.1/token", "token_endpoint")]
    [InlineData("jwks_uri", "file:///etc/passwd", "jwks_uri")]
    [InlineData("authorization_endpoint", "javascript:alert(1)", "authorization_endpoint")]
    public async Task Description_is_refused_when_it_leads_elsewhere(string name, string value, string says)
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Describe = d => d[name] = value;
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);
        var refused = await browser.GetAsync("/api/auth/oidc/login");
        refused.AssertProblem(HttpStatusCode.BadGateway, "oidc_unavailable");
        Assert.Contains(says, refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_that_the_provider_names_is_asked_only_when_it_is_public()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var inside = await TestProvider.StartAsync();
        provider.Describe = d => d["token_endpoint"] = inside.Issuer + "/token";
        await using var server = await StartAsync(provider);
        using var browser = new OidcBrowser(server);
        var refused = await browser.LogInAsync();
        refused.AssertProblem(HttpStatusCode.BadGateway, "oidc_unavailable");
        Assert.Contains("cannot be asked", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_say_that_there_is_no_provider_when_there_is_none()
    {
        await using var server = await ServerHarness.StartAsync();
        (await server.GetAsync("/api/auth/oidc/login")).AssertProblem(HttpStatusCode.NotFound, "oidc_missing");
        (await server.GetAsync("/api/auth/oidc/callback?code=1&state=2")).AssertProblem(HttpStatusCode.NotFound, "oidc_missing");
        var methods = (await server.GetAsync("/api/auth/methods")).Json;
        Assert.Equal(System.Text.Json.JsonValueKind.Null, methods.GetProperty("oidc").ValueKind);
        Assert.False(methods.GetProperty("local").GetBoolean());
        await server.AddUserAsync("ada", "admin");
        Assert.True((await server.GetAsync("/api/auth/methods")).Json.GetProperty("local").GetBoolean());
    }

    internal static Task<ServerHarness> StartAsync(TestProvider provider, Func<OidcOptions, OidcOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new OidcOptions { Authority = provider.Issuer, ClientId = TestProvider.ClientId, ClientSecret = TestProvider.Secret, Name = "Example", DefaultRole = "viewer", Timeout = ServerHarness.Limit };
        return ServerHarness.StartAsync(o => o with { Access = o.Access with { Oidc = configure?.Invoke(options) ?? options }, Time = time ?? o.Time }, store: time is null ? null : new InMemoryEventStore(time), time: time);
    }
}
