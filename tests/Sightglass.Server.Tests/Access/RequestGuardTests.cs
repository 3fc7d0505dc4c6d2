using System.Net;
using System.Text;
using Xunit;

namespace Sightglass.Server.Tests.Access;

public sealed class RequestGuardTests
{
    [Theory]
    [InlineData("Host", "evil.example", HttpStatusCode.MisdirectedRequest, "foreign_host")]
    [InlineData("Host", "127.0.0.1.evil.example:5080", HttpStatusCode.MisdirectedRequest, "foreign_host")]
    [InlineData("Host", "localhost.evil.example", HttpStatusCode.MisdirectedRequest, "foreign_host")]
    [InlineData("Host", "10.0.0.1", HttpStatusCode.MisdirectedRequest, "foreign_host")]
    [InlineData("Origin", "http://evil.example", HttpStatusCode.Forbidden, "foreign_origin")]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden, "foreign_origin")]
    [InlineData("Origin", "http://127.0.0.1:1", HttpStatusCode.Forbidden, "foreign_origin")]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden, "foreign_origin")]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden, "foreign_origin")]
    [InlineData("X-Forwarded-For", "10.0.0.1", HttpStatusCode.Forbidden, "forwarded_request")]
    [InlineData("Forwarded", "for=10.0.0.1", HttpStatusCode.Forbidden, "forwarded_request")]
    public async Task Request_is_refused_when_it_comes_from_elsewhere(string header, string value, HttpStatusCode status, string code)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        (await server.GetAsync("/api/pipelines", (header, value))).AssertProblem(status, code);
        (await server.PostAsync("/api/pipelines/hello/run", """{"input":"x"}""", (header, value))).AssertProblem(status, code);
        Assert.Empty((await server.Engine.Store.ListAsync(new Core.Ports.ExecutionQuery())).Items);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:81")]
    [InlineData("[::1]:5080")]
    [InlineData("127.0.0.1")]
    public async Task Request_is_served_when_its_host_is_the_loopback(string host)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/api/pipelines", ("Host", host), ("Origin", "http://" + host), ("Sec-Fetch-Site", "same-origin"))).Status);
    }

    [Fact]
    public async Task Page_is_served_but_not_the_api_when_a_link_of_another_site_leads_there()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        (string, string)[] link = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/", link)).Status);
        (await server.GetAsync("/api/pipelines", link)).AssertProblem(HttpStatusCode.Forbidden, "foreign_origin");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/jsonx")]
    [InlineData(null)]
    public async Task Body_is_refused_when_it_is_not_declared_as_json(string? type)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/pipelines/hello/run") { Content = new ByteArrayContent("""{"input":"x"}"""u8.ToArray()) };
        if (type is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        (await server.SendAsync(request)).AssertProblem(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/pipelines")]
    [InlineData("/nothing")]
    public async Task Answer_tells_the_browser_what_not_to_do(string path)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var headers = (await server.GetAsync(path)).Response.Headers;
        var policy = headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", headers.GetValues("Referrer-Policy").Single());
        Assert.False(headers.Contains("Server"));
    }

    [Fact]
    public async Task Socket_trusts_its_owner_but_no_proxy()
    {
        var folder = Directory.CreateTempSubdirectory("sg-sock-").FullName;
        var path = Path.Combine(folder, "s.sock");
        await using var server = await ServerHarness.StartAsync(o => o with { UnixSocketPath = path }, pipelines: Some.Hello);
        using var client = ServerHarness.OverSocket(path);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/pipelines")).StatusCode);
        using var proxied = new HttpRequestMessage(HttpMethod.Get, "/api/pipelines");
        proxied.Headers.Add("X-Forwarded-For", "10.0.0.1");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(proxied)).StatusCode);
        using var text = new StringContent("{}", Encoding.UTF8, "text/plain");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await client.PostAsync("/api/pipelines/hello/run", text)).StatusCode);
        Directory.Delete(folder, recursive: true);
    }
}
