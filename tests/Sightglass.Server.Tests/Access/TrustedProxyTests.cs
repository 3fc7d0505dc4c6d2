using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Sightglass.Server.Tests.Access;

public sealed class TrustedProxyTests
{
    private static readonly (string, string) Proto = ("X-Forwarded-Proto", "https");
    private static readonly (string, string) Host = ("X-Forwarded-Host", "sightglass.test");

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7, 10.1.2.3", "203.0.113.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("nonsense", "127.0.0.1")]
    [InlineData("203.0.113.7, nonsense", "127.0.0.1")]
    public async Task Audit_log_has_the_address_of_the_caller_when_a_trusted_proxy_names_it(string forwarded, string from)
    {
        await using var server = await StartAsync(["127.0.0.0/8", "10.1.2.3"]);
        Assert.Equal(from, await FromAsync(server, ("X-Forwarded-For", forwarded)));
    }

    [Fact]
    public async Task Headers_are_ignored_when_no_proxy_is_trusted()
    {
        await using var server = await StartAsync([]);
        Assert.Equal("127.0.0.1", await FromAsync(server, ("X-Forwarded-For", "203.0.113.7")));
        var login = await LogInAsync(server, Proto, Host, ("X-Forwarded-For", "203.0.113.7"));
        Assert.DoesNotContain("secure", login.Response.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
        Assert.False(login.Response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Headers_are_ignored_when_another_address_than_the_proxy_sends_them()
    {
        await using var server = await StartAsync(["127.0.0.9"]);
        Assert.Equal("127.0.0.1", await FromAsync(server, ("X-Forwarded-For", "203.0.113.7")));
        using var proxy = From(server, "127.0.0.9");
        using var refused = new StringContent("""{"name":"ada","password":"wrong password"}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/session") { Content = refused };
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        Assert.Equal(HttpStatusCode.Unauthorized, (await proxy.SendAsync(request)).StatusCode);
        Assert.Equal("203.0.113.7", await LastFromAsync(server));
    }

    [Fact]
    public async Task Cookie_is_secure_and_the_origin_is_the_proxys_when_a_trusted_proxy_ends_the_encryption()
    {
        await using var server = await StartAsync(["127.0.0.1"]);
        var login = await LogInAsync(server, Proto, Host, ("Origin", "https://sightglass.test"));
        var cookie = login.Response.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("__Host-", cookie, StringComparison.Ordinal);
        Assert.True(login.Response.Headers.Contains("Strict-Transport-Security"));
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/pipelines", ServerHarness.CookieOf(login), Proto, Host, ("Origin", "https://sightglass.test"))).Status);
        (await server.GetAsync("/api/pipelines", ServerHarness.CookieOf(login), Proto, Host, ("Origin", "http://sightglass.test"))).AssertProblem(HttpStatusCode.Forbidden, "foreign_origin");
    }

    [Fact]
    public async Task Failed_logins_count_for_the_caller_behind_the_proxy_and_not_for_the_proxy()
    {
        await using var server = await StartAsync(["127.0.0.1"]);
        var last = HttpStatusCode.OK;
        for (var i = 0; i <= Server.Access.AccessLimits.FreeTriesOfAddress && last != HttpStatusCode.TooManyRequests; i++)
            last = (await server.PostAsync("/api/session", $$"""{"name":"nobody{{i}}","password":"wrong password"}""", ("X-Forwarded-For", "203.0.113.7"))).Status;

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await LogInAsync(server, ("X-Forwarded-For", "203.0.113.7"))).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await LogInAsync(server, ("X-Forwarded-For", "1.1.1.1, 203.0.113.7"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await LogInAsync(server, ("X-Forwarded-For", "203.0.113.8"))).Status);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("X-Original-For", "127.0.0.1")]
    public async Task Request_is_refused_without_login_even_when_a_trusted_proxy_passes_it_on(string header, string value)
    {
        await using var server = await ServerHarness.StartAsync(o => o with { TrustedProxies = ["127.0.0.1"] }, pipelines: Some.Hello);
        (await server.GetAsync("/api/pipelines", (header, value))).AssertProblem(HttpStatusCode.Forbidden, "forwarded_request");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/pipelines")).Status);
    }

    [Fact]
    public async Task Socket_believes_no_proxy_when_there_is_login_either()
    {
        var folder = Directory.CreateTempSubdirectory("sg-sock-").FullName;
        var path = Path.Combine(folder, "s.sock");
        await using var server = await ServerHarness.StartAsync(o => o with { UnixSocketPath = path, TrustedProxies = ["127.0.0.1"] });
        await server.AddUserAsync("ada", "admin");
        using var client = ServerHarness.OverSocket(path);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/pipelines")).StatusCode);
        using var proxied = new HttpRequestMessage(HttpMethod.Get, "/api/pipelines");
        proxied.Headers.Add("X-Forwarded-For", "203.0.113.7");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(proxied)).StatusCode);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("sightglass.test", HttpStatusCode.Unauthorized)]
    [InlineData("SightGlass.test:8080", HttpStatusCode.Unauthorized)]
    [InlineData("[2001:db8::1]:8080", HttpStatusCode.Unauthorized)]
    [InlineData("127.0.0.1", HttpStatusCode.Unauthorized)]
    [InlineData("evil.test", HttpStatusCode.MisdirectedRequest)]
    [InlineData("sightglass.test.evil.test", HttpStatusCode.MisdirectedRequest)]
    [InlineData("10.0.0.1", HttpStatusCode.MisdirectedRequest)]
    public async Task Host_is_one_of_the_names_when_the_server_has_some(string host, HttpStatusCode status)
    {
        await using var server = await ServerHarness.StartAsync(o => o with { ServerNames = ["sightglass.test", "[2001:db8::1]"] });
        await server.AddUserAsync("ada", "admin");
        Assert.Equal(status, (await server.GetAsync("/api/pipelines", ("Host", host))).Status);
    }

    [Fact]
    public async Task Host_that_a_trusted_proxy_names_is_the_one_that_is_looked_at()
    {
        await using var server = await ServerHarness.StartAsync(o => o with { ServerNames = ["sightglass.test"], TrustedProxies = ["127.0.0.1"] });
        await server.AddUserAsync("ada", "admin");
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.GetAsync("/api/pipelines", ("Host", "backend"), Host)).Status);
        (await server.GetAsync("/api/pipelines", ("Host", "sightglass.test"), ("X-Forwarded-Host", "evil.test"))).AssertProblem(HttpStatusCode.MisdirectedRequest, "foreign_host");
    }

    [Theory]
    [InlineData("proxy.example")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0-10.0.0.9")]
    [InlineData("0.0.0.0/0")]
    [InlineData("::/0")]
    [InlineData("")]
    public async Task Start_is_refused_when_a_proxy_is_no_address(string proxy)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => ServerHarness.StartAsync(o => o with { TrustedProxies = [proxy] }));
        Assert.Contains($"'{proxy}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://sightglass.test")]
    [InlineData("sightglass.test:443")]
    [InlineData("sightglass.test/")]
    [InlineData("2001:db8::1")]
    [InlineData("*.test")]
    [InlineData("")]
    public async Task Start_is_refused_when_a_name_is_more_than_a_name(string name)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => ServerHarness.StartAsync(o => o with { ServerNames = [name] }));
        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    private static async Task<ServerHarness> StartAsync(string[] proxies)
    {
        var server = await ServerHarness.StartAsync(o => o with { TrustedProxies = proxies });
        await server.AddUserAsync("ada", "admin");
        return server;
    }

    private static Task<Answer> LogInAsync(ServerHarness server, params (string, string)[] headers) =>
        server.PostAsync("/api/session", """{"name":"ada","password":"correct horse battery"}""", headers);

    /// <summary>Gives the address under which a failed login is noted.</summary>
    private static async Task<string?> FromAsync(ServerHarness server, params (string, string)[] headers)
    {
        (await server.PostAsync("/api/session", """{"name":"ada","password":"wrong password"}""", headers)).AssertProblem(HttpStatusCode.Unauthorized, "login_failed");
        return await LastFromAsync(server);
    }

    private static async Task<string?> LastFromAsync(ServerHarness server) =>
        (await server.GetAsync("/api/audit?code=login_failed&limit=1", await server.LogInAsync("ada"))).Json.GetProperty("entries")[0].GetProperty("from").GetString();

    private static HttpClient From(ServerHarness server, string address) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancel) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = server.Address,
    };
}
