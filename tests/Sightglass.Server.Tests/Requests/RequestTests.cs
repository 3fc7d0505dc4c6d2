using System.Net;
using Sightglass.Server.Requests;
using Xunit;

namespace Sightglass.Server.Tests.Requests;

/// <summary>What holds for requests of every route.</summary>
public sealed class RequestTests
{
    [Fact]
    public async Task All_that_is_wrong_with_a_query_is_told_at_once()
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await server.GetAsync("/api/executions/01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d/events?limits=5&wait=31&follow=maybe&wait=1");

        // The execution is looked for first: what a stranger asks for is not there, whatever else is wrong.
        answer.AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        answer = await server.GetAsync("/api/webhooks/dead?limits=5&limit=1001&after=a&after=b");
        answer.AssertProblem(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal(["limits", "limit", "after"], answer.Json.GetProperty("problems").EnumerateArray().Select(p => p.GetProperty("path").GetString()));
        (await server.GetAsync("/api/pipelines?x=1")).AssertProblem(HttpStatusCode.BadRequest, "unknown_parameter");
    }

    [Theory]
    [InlineData("/api/audit?format=ndjson&cursor=4611686018427387903")]
    [InlineData("/api/audit?cursor=4611686018427387903")]
    public async Task Cursor_far_behind_the_end_is_answered_at_once(string path)
    {
        await using var server = await ServerHarness.StartAsync();

        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Chunk_of_an_impossible_size_is_a_bad_request()
    {
        await using var server = await ServerHarness.StartAsync();
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync("POST /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n99999999999999999999999\r\n{}\r\n0\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 400", await reader.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_is_answered_like_get_without_its_body()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        using var request = new HttpRequestMessage(HttpMethod.Head, "/api/pipelines");

        var head = await server.SendAsync(request);
        var get = await server.GetAsync("/api/pipelines");

        Assert.Equal((HttpStatusCode.OK, "application/json", ""), (head.Status, head.Type, head.Text));
        Assert.Equal(get.Response.Content.Headers.ContentLength, head.Response.Content.Headers.ContentLength);
        using var missing = new HttpRequestMessage(HttpMethod.Head, "/api/pipelines/nobody");
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync(missing)).Status);
    }

    [Fact]
    public async Task Address_says_which_methods_it_takes()
    {
        await using var server = await ServerHarness.StartAsync();
        using var options = new HttpRequestMessage(HttpMethod.Options, "/api/pipelines/hello");
        using var patch = new HttpRequestMessage(HttpMethod.Patch, "/api/pipelines/hello");

        var told = await server.SendAsync(options);
        var refused = await server.SendAsync(patch);

        Assert.Equal(HttpStatusCode.NoContent, told.Status);
        Assert.Equal(["DELETE", "GET", "HEAD", "OPTIONS", "PUT"], told.Response.Content.Headers.Allow.Order());
        refused.AssertProblem(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        Assert.Equal(["DELETE", "GET", "HEAD", "OPTIONS", "PUT"], refused.Response.Content.Headers.Allow.Order());
        using var nowhere = new HttpRequestMessage(HttpMethod.Options, "/api/nothing");
        (await server.SendAsync(nowhere)).AssertProblem(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Head_of_a_stream_is_refused()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var id = await server.RunToEndAsync("hello", """{"input":"x"}""");
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/api/executions/{id}/events");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.SendAsync(request, ("Accept", "text/event-stream"))).Status);
    }

    [Fact]
    public async Task Caller_that_asks_too_fast_is_told_when_to_come_back()
    {
        await using var server = await ServerHarness.StartAsync(o => o with { RequestsPerSecond = 10, RequestBurst = 20 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => server.GetAsync("/healthz")));

        var refused = answers.Where(a => a.Status == HttpStatusCode.TooManyRequests).ToList();
        Assert.InRange(answers.Count(a => a.Status == HttpStatusCode.OK), 20, 199);
        Assert.NotEmpty(refused);
        Assert.All(refused, a =>
        {
            a.AssertProblem(HttpStatusCode.TooManyRequests, "too_many_requests");
            Assert.True(a.Response.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        });
    }

    [Fact]
    public void Addresses_are_counted_in_a_bounded_number_of_groups()
    {
        var groups = Enumerable.Range(0, 50_000).Select(i => RateLimits.GroupOf(new IPAddress([0x20, 1, (byte)(i >> 8), (byte)i, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]))).ToHashSet();

        Assert.InRange(groups.Count, 2, ServerLimits.MaxAddressGroups);
        Assert.Equal(RateLimits.GroupOf(IPAddress.Parse("2001:db8::1")), RateLimits.GroupOf(IPAddress.Parse("2001:db8::ffff")));
        Assert.Equal(RateLimits.GroupOf(IPAddress.Parse("192.0.2.7")), RateLimits.GroupOf(IPAddress.Parse("::ffff:192.0.2.7")));
    }

    [Fact]
    public async Task Page_of_another_origin_is_served_only_when_it_is_allowed()
    {
        await using var server = await ServerHarness.StartAsync(o => o with { AllowedOrigins = ["https://board.example"] });
        using var asks = new HttpRequestMessage(HttpMethod.Options, "/api/pipelines/hello/run");

        var preflight = await server.SendAsync(asks, ("Origin", "https://board.example"), ("Access-Control-Request-Method", "POST"), ("Sec-Fetch-Site", "cross-site"));
        var served = await server.GetAsync("/api/pipelines", ("Origin", "https://board.example"), ("Sec-Fetch-Site", "cross-site"));
        var other = await server.GetAsync("/api/pipelines", ("Origin", "https://evil.example"));

        Assert.Equal(HttpStatusCode.NoContent, preflight.Status);
        Assert.Contains("POST", preflight.Response.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "https://board.example"), (served.Status, served.Response.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        other.AssertProblem(HttpStatusCode.Forbidden, "foreign_origin");
        Assert.False(other.Response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://board.example/")]
    [InlineData("board.example")]
    [InlineData("null")]
    public async Task Origin_is_refused_when_it_is_none(string origin) =>
        await Assert.ThrowsAsync<ArgumentException>(() => ServerHarness.StartAsync(o => o with { AllowedOrigins = [origin] }));
}
