using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Http;
using Xunit;

namespace Sightglass.Core.Tests.Stages.Http;

public sealed class HttpStageTests
{
    private static readonly HttpStageOptions s_open = new() { AllowPrivateNetworks = true };

    [Fact]
    public async Task Stage_gives_status_headers_and_the_parsed_body()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            context.Response.ContentType = "application/json";
            context.Response.Headers["X-Two"] = new(["a", "b"]);
            context.Response.StatusCode = 201;
            await context.Response.WriteAsync($$"""{ "method": "{{context.Request.Method}}", "got": {{await reader.ReadToEndAsync()}}, "type": "{{context.Request.ContentType}}", "key": "{{context.Request.Headers.Authorization}}" }""");
        });
        var output = new RecordedOutput();

        var result = await RunAsync(new { method = "post", url = server.Url + "/x?y=1", headers = new { Authorization = "Bearer k" }, body = new { sections = new[] { "ü" } } }, output);

        Assert.Equal(StageOutcome.Completed, result.Outcome);
        Assert.Equal(201, result.Json().GetProperty("status").GetInt32());
        Assert.Equal("a, b", result.Json().GetProperty("headers").GetProperty("x-two").GetString());
        Assert.Equal("""{"method":"POST","got":{"sections":["ü"]},"type":"application/json","key":"Bearer k"}""", result.Json().GetProperty("body").GetRawText());
        Assert.StartsWith("{ \"method\"", output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_stays_text_when_the_type_is_no_json_and_other_charsets_are_read()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/plain; charset=iso-8859-1";
            await context.Response.Body.WriteAsync(Encoding.Latin1.GetBytes("{\"grüß\":1}"));
        });
        var output = new RecordedOutput();

        var result = await RunAsync(new { url = server.Url }, output);

        Assert.Equal("{\"grüß\":1}", result.Json().GetProperty("body").GetString());
        Assert.Equal("{\"grüß\":1}", output.Text);
    }

    [Fact]
    public async Task Text_is_written_as_it_comes()
    {
        var go = new TaskCompletionSource();
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first ");
            await context.Response.Body.FlushAsync();
            await go.Task;
            await context.Response.WriteAsync("second");
        });
        var output = new RecordedOutput();
        var running = RunAsync(new { url = server.Url }, output);

        await output.WhenAsync(o => o.Text == "first ");
        go.SetResult();

        Assert.Equal("first second", (await running).Json().GetProperty("body").GetString());
    }

    [Theory]
    [InlineData(404, null, "http_status")]
    [InlineData(500, null, "http_status")]
    [InlineData(404, 404, null)]
    [InlineData(200, 404, "http_status")]
    [InlineData(302, 302, null)]
    public async Task Status_decides_and_the_output_is_kept(int status, int? expected, string? code)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync("text");
        });

        var result = await RunAsync(new { url = server.Url, expectStatus = expected is { } one ? new[] { one } : [] });

        Assert.Equal(code, result.Error?.Code);
        Assert.Equal("text", result.Json().GetProperty("body").GetString());
    }

    [Theory]
    [InlineData("ftp://example.com/", "absolute http or https")]
    [InlineData("/relative", "absolute http or https")]
    [InlineData("http://user:pw@example.com/", "no user name or password")]
    public async Task Stage_refuses_addresses_that_are_none(string url, string message)
    {
        var result = await RunAsync(new { url });

        Assert.Equal("http_request_invalid", result.Error!.Code);
        Assert.Contains(message, result.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-A", "one\r\nX-B: two")]
    [InlineData("X-A", "one\ntwo")]
    [InlineData("X A", "one")]
    [InlineData("X-A\r\nX-B", "one")]
    [InlineData("Transfer-Encoding", "chunked")]
    public async Task Stage_refuses_headers_that_would_break_the_request(string name, string value)
    {
        var result = await RunAsync(new { url = "http://127.0.0.1:1/", headers = new Dictionary<string, string> { [name] = value } });

        Assert.Equal("http_request_invalid", result.Error!.Code);
    }

    [Fact]
    public async Task Redirects_keep_the_keys_on_the_same_host_and_drop_them_on_another()
    {
        await using var other = await LoopbackServer.StartAsync(context => context.Response.WriteAsync($"{context.Request.Method} [{context.Request.Headers.Authorization}{context.Request.Headers["X-Key"]}] {context.Request.Headers.Accept}"));
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/here")
            {
                context.Response.Redirect("/there");
                return;
            }

            if (context.Request.Path == "/away")
            {
                context.Response.Redirect(other.Url + "/");
                return;
            }

            await context.Response.WriteAsync($"{context.Request.Method} [{context.Request.Headers.Authorization}]");
        });
        var headers = new Dictionary<string, string> { ["Authorization"] = "Bearer k", ["X-Key"] = "k", ["Accept"] = "text/plain" };

        var here = await RunAsync(new { method = "POST", url = server.Url + "/here", headers, body = "x" });
        var away = await RunAsync(new { url = server.Url + "/away", headers });

        Assert.Equal("GET [Bearer k]", here.Json().GetProperty("body").GetString());
        Assert.Equal("GET [] text/plain", away.Json().GetProperty("body").GetString());
    }

    [Fact]
    public async Task Redirects_with_307_send_the_body_again()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/")
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = "/there";
                return;
            }

            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"{context.Request.Method} {await reader.ReadToEndAsync()}");
        });

        var result = await RunAsync(new { method = "PUT", url = server.Url, body = "again" });

        Assert.Equal("PUT again", result.Json().GetProperty("body").GetString());
    }

    [Fact]
    public async Task Redirects_are_bounded()
    {
        var count = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            count++;
            context.Response.Redirect("/again");
            return Task.CompletedTask;
        });

        var result = await RunAsync(new { url = server.Url, maxRedirects = 2 });

        Assert.Equal("http_too_many_redirects", result.Error!.Code);
        Assert.Equal(3, count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Responses_are_bounded_also_when_they_are_compressed(bool compressed)
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (!compressed)
            {
                await context.Response.WriteAsync(new string('x', 5000));
                return;
            }

            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new System.IO.Compression.GZipStream(context.Response.Body, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true);
            await gzip.WriteAsync(new byte[10_000_000]);
        });

        var result = await RunAsync(new { url = server.Url, maxResponseBytes = 4999 });

        Assert.Equal("http_response_too_large", result.Error!.Code);
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("http://localhost:{0}/")]
    [InlineData("http://2130706433:{0}/")]
    [InlineData("http://0x7f.1:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://[::ffff:127.0.0.1]:{0}/")]
    [InlineData("http://[64:ff9b::7f00:1]:{0}/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://10.0.0.1/")]
    public async Task Guard_refuses_addresses_that_are_not_public(string url)
    {
        var reached = false;
        await using var server = await LoopbackServer.StartAsync(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        });

        var result = await RunAsync(new { url = string.Format(System.Globalization.CultureInfo.InvariantCulture, url, server.Port) }, options: new HttpStageOptions());

        Assert.Equal("http_address_refused", result.Error?.Code);
        Assert.False(reached);
    }

    [Fact]
    public async Task Guard_refuses_a_redirect_to_this_machine()
    {
        var reached = false;
        await using var inner = await LoopbackServer.StartAsync(_ =>
        {
            reached = true;
            return Task.CompletedTask;
        });
        await using var outer = await LoopbackServer.StartAsync(context =>
        {
            context.Response.Redirect(inner.Url);
            return Task.CompletedTask;
        });

        // The outer server stands for one that may be reached; what it points to may not.
        var result = await RunAsync(new { url = outer.Url }, options: new HttpStageOptions { AllowedHosts = [$"127.0.0.1:{outer.Port}"] });

        Assert.Equal("http_address_refused", result.Error?.Code);
        Assert.False(reached);
    }

    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("100.64.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:4136:e378::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("64:ff9b::10.0.0.1", false)]
    [InlineData("64:ff9b::8.8.8.8", true)]
    [InlineData("ff02::1", false)]
    public void Guard_knows_public_addresses(string address, bool isPublic) => Assert.Equal(isPublic, AddressGuard.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task Stage_says_that_nobody_listens()
    {
        int port;
        await using (var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask))
            port = server.Port;

        var result = await RunAsync(new { url = $"http://127.0.0.1:{port}/" });

        Assert.Equal("http_connect_failed", result.Error!.Code);
    }

    [Fact]
    public async Task Stage_fails_when_the_connection_breaks_off()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("part");
            await context.Response.Body.FlushAsync();
            context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
        });

        var result = await RunAsync(new { url = server.Url });

        Assert.Equal("http_failed", result.Error!.Code);
    }

    [Fact]
    public async Task Stage_fails_when_the_server_is_silent_for_too_long()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("some");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });

        var result = await RunAsync(new { url = server.Url }, options: s_open with { SilenceTimeout = TimeSpan.FromMilliseconds(200) });

        Assert.Equal("http_timeout", result.Error!.Code);
    }

    [Fact]
    public async Task Stage_is_cancelled_when_it_is_told_to_stop()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("some");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        var output = new RecordedOutput();
        using var stop = new CancellationTokenSource();
        var running = RunAsync(new { url = server.Url }, output, stop: stop);
        await output.WhenAsync(o => o.Text == "some");

        await stop.CancelAsync();

        Assert.Equal(StageOutcome.Cancelled, (await running).Outcome);
    }

    private static async Task<StageResult> RunAsync(object body, RecordedOutput? output = null, HttpStageOptions? options = null, CancellationTokenSource? stop = null)
    {
        using var stage = new HttpStage(options ?? s_open);
        return await stage.RunAsync(SomeRun.Of(JsonSerializer.Serialize(body), output), stop?.Token ?? TestContext.Current.CancellationToken);
    }
}
