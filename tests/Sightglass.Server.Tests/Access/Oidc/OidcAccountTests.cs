using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sightglass.Server.Access.Oidc;
using Xunit;

namespace Sightglass.Server.Tests.Access.Oidc;

public sealed class OidcAccountTests
{
    [Theory]
    [InlineData("""["staff","ops","leads"]""", "groups", "author")]
    [InlineData("""["nobody","ops"]""", "groups", "operator")]
    [InlineData("\"leads\"", "groups", "author")]
    [InlineData("""{"roles":["ops"]}""", "groups.roles", "operator")]
    [InlineData("""["nobody"]""", "groups", "none")]
    [InlineData("""["OPS"]""", "groups", "none")]
    [InlineData("17", "groups", "none")]
    [InlineData("null", "groups", "none")]
    public async Task Role_is_the_highest_that_a_value_of_the_claim_stands_for(string claim, string name, string role)
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Claims["groups"] = JsonNode.Parse(claim);
        await using var server = await OidcTests.StartAsync(provider, o => o with { DefaultRole = "none", RoleClaim = name, Roles = new Dictionary<string, string> { ["ops"] = "operator", ["leads"] = "author" } });
        using var browser = new OidcBrowser(server);
        var answer = await browser.LogInAsync();
        if (role == "none")
        {
            answer.AssertProblem(HttpStatusCode.Forbidden, "oidc_no_role");
            return;
        }

        Assert.Equal(role, await RoleAsync(browser));
    }

    [Fact]
    public async Task Role_follows_the_claim_at_each_login_also_of_the_last_admin()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Claims["groups"] = "admins";
        await using var server = await OidcTests.StartAsync(provider, o => o with { RoleClaim = "groups", Roles = new Dictionary<string, string> { ["admins"] = "admin" } });
        using var browser = new OidcBrowser(server);
        await browser.LogInAsync();
        Assert.Equal("admin", await RoleAsync(browser));
        provider.Claims["groups"] = "others";
        await browser.LogInAsync();
        Assert.Equal("viewer", await RoleAsync(browser));
    }

    [Fact]
    public async Task Account_stays_the_persons_when_its_name_changes_and_is_nobody_elses_by_name()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await OidcTests.StartAsync(provider);
        await server.AddUserAsync("root", "admin");
        using var browser = new OidcBrowser(server);
        await browser.LogInAsync();
        provider.Claims["preferred_username"] = "Ada Lovelace";
        Assert.Equal(HttpStatusCode.Found, (await browser.LogInAsync()).Status);
        Assert.Equal("ada", await NameAsync(browser));

        // Another person who calls himself like an account, also like one with a password, gets none.
        using var other = new OidcBrowser(server);
        provider.Claims["sub"] = "17";
        foreach (var name in (string[])["ada", "root"])
        {
            provider.Claims["preferred_username"] = name;
            (await other.LogInAsync()).AssertProblem(HttpStatusCode.Forbidden, "oidc_name_taken");
        }

        foreach (var name in (string?[])["Eve Online", "", "admin", "../x", null])
        {
            provider.Claims["preferred_username"] = name;
            (await other.LogInAsync()).AssertProblem(HttpStatusCode.Forbidden, "oidc_name");
        }
    }

    [Fact]
    public async Task Person_is_kept_out_when_the_account_is_disabled_and_the_sessions_end()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await OidcTests.StartAsync(provider);
        await server.AddUserAsync("root", "admin");
        var root = await server.LogInAsync("root");
        using var browser = new OidcBrowser(server);
        await browser.LogInAsync();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/pipelines")).Status);

        await ChangeAsync(server, root, HttpMethod.Patch, "/api/users/ada", """{"disabled":true}""");
        (await browser.GetAsync("/api/pipelines")).AssertProblem(HttpStatusCode.Unauthorized, "login_required");
        (await browser.LogInAsync()).AssertProblem(HttpStatusCode.Forbidden, "oidc_disabled");
        var noted = (await server.GetAsync("/api/audit?limit=1", root)).Json.GetProperty("entries")[0];
        Assert.Equal(("Ada", "refused", "oidc_disabled", "/api/auth/oidc/callback"), (noted.GetProperty("by").GetString(), noted.GetProperty("outcome").GetString(), noted.GetProperty("code").GetString(), noted.GetProperty("target").GetString()));
        await ChangeAsync(server, root, HttpMethod.Patch, "/api/users/ada", """{"disabled":false}""");
        Assert.Equal(HttpStatusCode.Found, (await browser.LogInAsync()).Status);
        noted = (await server.GetAsync("/api/audit?limit=1", root)).Json.GetProperty("entries")[0];
        Assert.Equal(("ada", "done", "session"), (noted.GetProperty("by").GetString(), noted.GetProperty("outcome").GetString(), noted.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task Admins_make_the_accounts_when_logins_make_none()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await OidcTests.StartAsync(provider, o => o with { CreatesAccounts = false });
        await server.AddUserAsync("root", "admin");
        var root = await server.LogInAsync("root");
        using var browser = new OidcBrowser(server);
        var refused = await browser.LogInAsync();
        refused.AssertProblem(HttpStatusCode.Forbidden, "oidc_no_account");
        Assert.Contains("'24400320'", refused.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);

        var made = await ChangeAsync(server, root, HttpMethod.Post, "/api/users", """{"name":"lovelace","subject":"24400320","role":"operator"}""");
        Assert.False(made.Json.GetProperty("hasPassword").GetBoolean());
        Assert.Equal($"{provider.Issuer} 24400320", made.Json.GetProperty("identity").GetString());
        await browser.LogInAsync();
        Assert.Equal(("lovelace", "operator"), (await NameAsync(browser), await RoleAsync(browser)));

        // Whoever has no password gets in by none, and one person has one account.
        (await server.PostAsync("/api/session", """{"name":"lovelace","password":""}""")).AssertProblem(HttpStatusCode.Unauthorized, "login_failed");
        Assert.Equal(HttpStatusCode.Conflict, (await ChangeAsync(server, root, HttpMethod.Post, "/api/users", """{"name":"twice","subject":"24400320"}""")).Status);
        await ChangeAsync(server, root, HttpMethod.Delete, "/api/users/lovelace", null);
        (await browser.LogInAsync()).AssertProblem(HttpStatusCode.Forbidden, "oidc_no_account");
    }

    [Fact]
    public async Task Organisation_is_the_one_that_the_claim_names_and_has_to_exist()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await OidcTests.StartAsync(provider, o => o with { OrganizationClaim = "org" });
        await server.AddUserAsync("root", "admin");
        await server.AddUserAsync("eve", "admin", organization: "acme");
        using var browser = new OidcBrowser(server);
        (await browser.LogInAsync()).AssertProblem(HttpStatusCode.Forbidden, "oidc_organization");
        provider.Claims["org"] = "nowhere";
        (await browser.LogInAsync()).AssertProblem(HttpStatusCode.Forbidden, "oidc_organization");
        provider.Claims["org"] = "acme";
        Assert.Equal(HttpStatusCode.Found, (await browser.LogInAsync()).Status);
        Assert.Equal("acme", (await browser.GetAsync("/api/session")).Json.GetProperty("caller").GetProperty("organization").GetString());
    }

    [Fact]
    public async Task Passwords_open_nothing_when_the_provider_alone_vouches()
    {
        await using var provider = await TestProvider.StartAsync();
        await using var server = await OidcTests.StartAsync(provider, o => o with { IsOnly = true });
        await server.AddUserAsync("root", "admin");
        (await server.PostAsync("/api/session", """{"name":"root","password":"correct horse battery"}""")).AssertProblem(HttpStatusCode.Forbidden, "passwords_off");
        Assert.False((await server.GetAsync("/api/auth/methods")).Json.GetProperty("local").GetBoolean());
        using var browser = new OidcBrowser(server);
        Assert.Equal(HttpStatusCode.Found, (await browser.LogInAsync()).Status);
    }

    [Fact]
    public async Task Logins_that_fail_at_the_provider_make_the_next_wait()
    {
        await using var provider = await TestProvider.StartAsync();
        provider.Change = claims => claims["aud"] = "another";
        await using var server = await OidcTests.StartAsync(provider);
        using var browser = new OidcBrowser(server);
        var tries = 0;
        while ((await browser.LogInAsync()).Code != "too_many_logins") Assert.True(++tries <= Server.Access.AccessLimits.FreeTriesOfAddress, "Nobody has to wait.");
        Assert.True(tries > 1);
    }

    [Theory]
    [InlineData("http://login.example.org", "viewer", null, "http is for the loopback alone")]
    [InlineData("login.example.org", "viewer", null, "no OpenID provider")]
    [InlineData("https://login.example.org", "boss", null, "'boss' is no role")]
    [InlineData("https://login.example.org", "viewer", "groups", "stands for a role")]
    public async Task Start_is_refused_when_the_options_make_no_sense(string authority, string role, string? claim, string says)
    {
        var options = new OidcOptions { Authority = authority, ClientId = "x", DefaultRole = role, RoleClaim = claim };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => ServerHarness.StartAsync(o => o with { Access = o.Access with { Oidc = options } }));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    private static async Task<string?> RoleAsync(OidcBrowser browser) => (await browser.GetAsync("/api/session")).Json.GetProperty("caller").GetProperty("role").GetString();

    private static async Task<string?> NameAsync(OidcBrowser browser) => (await browser.GetAsync("/api/session")).Json.GetProperty("caller").GetProperty("name").GetString();

    private static async Task<Answer> ChangeAsync(ServerHarness server, (string, string) cookie, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await server.SendAsync(request, cookie, ("Origin", server.Address.GetLeftPart(UriPartial.Authority)));
    }
}
