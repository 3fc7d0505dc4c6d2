using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Xunit;

namespace Sightglass.Server.Tests.Streaming.Sockets;

public sealed class SocketTests
{
    [Fact]
    public async Task Socket_sends_every_event_and_the_end_of_each_execution_when_it_follows_several()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer, Some.Waits);
        using var socket = await SocketClient.OpenAsync(server);
        var waits = await server.RunAsync("waits");
        var printer = await server.RunAsync("printer");
        await socket.SendAsync($$"""{"type":"subscribe","executionId":"{{waits}}","after":0,"ref":"a"}""");
        await socket.SendAsync($$"""{"type":"subscribe","executionId":"{{printer}}","after":0,"ref":2}""");
        var (events, word) = await socket.ReadToEndAsync(printer);
        while (word.GetProperty("type").GetString() == "subscribed")
        {
            Assert.True(word.GetProperty("success").GetBoolean());
            Assert.Equal(2, word.GetProperty("ref").GetInt32());
            (var more, word) = await socket.ReadToEndAsync(printer);
            events.AddRange(more);
        }

        Assert.Equal("end", word.GetProperty("type").GetString());
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.GetProperty("seq").GetInt64()));
        Assert.Equal((events.Count, events.Count), (word.GetProperty("last").GetInt32(), word.GetProperty("sent").GetInt32()));
        Assert.Equal((await server.GetAsync($"/api/executions/{printer}")).Json.GetProperty("seq").GetInt32(), events.Count);

        // The subscription is over: it can be had again, from a cursor. The other one goes on, and may say something before the answer.
        await socket.SendAsync($$"""{"type":"subscribe","executionId":"{{printer}}","after":{{events.Count - 1}}}""");
        (_, word) = await socket.ReadToEndAsync(printer);
        Assert.Equal(("subscribed", true), (word.GetProperty("type").GetString(), word.GetProperty("success").GetBoolean()));
        (events, word) = await socket.ReadToEndAsync(printer);
        Assert.Single(events);
        Assert.Equal(1, word.GetProperty("sent").GetInt32());
    }

    [Fact]
    public async Task Socket_sends_only_what_was_asked_for_when_a_subscription_is_filtered()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync($$"""{"type":"subscribe","executionId":"{{id}}","after":0,"stages":["print"],"types":"stage.started,stage.completed"}""");
        var (events, word) = await socket.ReadToEndAsync(id);
        Assert.Equal(["stage.started", "stage.completed"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal(2, word.GetProperty("sent").GetInt32());
        Assert.True(word.GetProperty("last").GetInt32() > 2);
    }

    [Fact]
    public async Task Socket_sends_nothing_more_when_it_has_unsubscribed()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        await server.GetAsync($"/api/executions/{id}/events?types=stage.waiting&wait=30");
        var last = (await server.GetAsync($"/api/executions/{id}/events?types=none")).Json.GetProperty("last").GetInt64();
        using var socket = await SocketClient.OpenAsync(server);
        var follow = $$"""{"type":"subscribe","executionId":"{{id}}","after":{{last}}}""";
        Assert.Equal(last, (await socket.AskAsync(follow)).GetProperty("last").GetInt64());
        Assert.Equal("already_subscribed", (await socket.AskAsync(follow)).GetProperty("code").GetString());
        var left = await socket.AskAsync($$"""{"type":"unsubscribe","executionId":"{{id}}","ref":"u"}""");
        Assert.Equal(("unsubscribed", true, "u"), (left.GetProperty("type").GetString(), left.GetProperty("success").GetBoolean(), left.GetProperty("ref").GetString()));
        await server.PostAsync("/api/events", """{"type":"go"}""");
        await server.EndAsync(id);
        Assert.Equal("pong", (await socket.AskAsync("""{"type":"ping"}""")).GetProperty("type").GetString());
        Assert.Equal("not_subscribed", (await socket.AskAsync($$"""{"type":"unsubscribe","executionId":"{{id}}"}""")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Command_is_an_event_with_who_asked_when_it_comes_over_a_socket()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var socket = await SocketClient.OpenAsync(server);
        var cancel = $$"""{"type":"command","command":"cancel","executionId":"{{id}}","reason":"enough","idempotencyKey":"k1","ref":"c1"}""";
        var first = await socket.AskAsync(cancel);
        var again = await socket.AskAsync(cancel.Replace("\"c1\"", "\"c2\"", StringComparison.Ordinal));
        Assert.Equal(("answer", "c1", "cancel", true), (first.GetProperty("type").GetString(), first.GetProperty("ref").GetString(), first.GetProperty("command").GetString(), first.GetProperty("accepted").GetBoolean()));
        Assert.Equal("c2", again.GetProperty("ref").GetString());
        Assert.Equal(first.GetProperty("code").GetString(), again.GetProperty("code").GetString());
        var other = await socket.AskAsync(cancel.Replace("enough", "other", StringComparison.Ordinal));
        Assert.Equal((false, "idempotency_conflict", 409), (other.GetProperty("accepted").GetBoolean(), other.GetProperty("code").GetString(), other.GetProperty("status").GetInt32()));
        await server.EndAsync(id);
        var asked = Assert.Single((await server.GetAsync($"/api/executions/{id}/events?types=execution.cancelling")).Json.GetProperty("events").EnumerateArray());
        Assert.Equal(("local", "enough"), (asked.GetProperty("data").GetProperty("by").GetString(), asked.GetProperty("data").GetProperty("reason").GetString()));
        Assert.False((await socket.AskAsync($$"""{"type":"command","command":"cancel","executionId":"{{id}}"}""")).GetProperty("accepted").GetBoolean());
        var noted = (await server.GetAsync("/api/audit")).Json.GetProperty("entries").EnumerateArray().First(e => e.GetProperty("outcome").GetString() == "refused");
        Assert.Equal(("/ws cancel", $"/api/executions/{id}", "idempotency_conflict"), (noted.GetProperty("action").GetString(), noted.GetProperty("target").GetString(), noted.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Execution_of_another_organization_is_unknown_over_a_socket()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var definition = DefinitionReader.Read(Encoding.UTF8.GetBytes(Some.Waits), "waits.yaml").Definition!;
        var id = (await server.Engine.StartAsync(new StartRequest { Definition = definition, Organization = "acme" })).ExecutionId!.Value;
        using var feed = new SseReader(await server.OpenAsync("/api/feed", "text/event-stream"));
        await feed.NextAsync();
        using var socket = await SocketClient.OpenAsync(server);
        foreach (var message in (string[])["{\"type\":\"subscribe\",\"after\":0,", "{\"type\":\"subscribe\",", "{\"type\":\"command\",\"command\":\"cancel\","])
            Assert.Equal("execution_not_found", (await socket.AskAsync(message + $"\"executionId\":\"{id}\"}}")).GetProperty("code").GetString());
        await server.Engine.CancelAsync(id);
        await server.EndAsync(id);

        // Nothing of it is told either: what comes first is of the caller's own.
        var own = await server.RunAsync("waits");
        Assert.Equal(own, (await feed.NextAsync())!.Json.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Viewer_reads_over_a_socket_and_asks_for_nothing()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        await server.AddUserAsync("ada", "admin");
        await server.AddUserAsync("bob", "viewer");
        var bob = await server.LogInAsync("bob");
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.OpenAsync(server));
        using var socket = await SocketClient.OpenAsync(server, bob, ("Origin", server.Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal("forbidden", (await socket.AskAsync($$"""{"type":"command","command":"cancel","executionId":"{{id}}"}""")).GetProperty("code").GetString());
        Assert.True((await socket.AskAsync($$"""{"type":"subscribe","executionId":"{{id}}","after":0}""")).GetProperty("success").GetBoolean());
    }

    [Theory]
    [InlineData("""nonsense""", "error", "invalid_json")]
    [InlineData("""[1]""", "error", "invalid_json")]
    [InlineData("""{"type":"ping","type":"ping"}""", "error", "invalid_json")]
    [InlineData("""{"type":5}""", "error", "invalid_message")]
    [InlineData("""{"type":"dance"}""", "error", "invalid_message")]
    [InlineData("""{"type":"ping","ref":{}}""", "error", "invalid_message")]
    [InlineData("""{"type":"subscribe","after":0}""", "subscribed", "execution_not_found")]
    [InlineData("""{"type":"subscribe","executionId":"x","after":0}""", "subscribed", "execution_not_found")]
    [InlineData("""{"type":"subscribe","executionId":"0197a0c2-0000-7000-8000-000000000000","after":0}""", "subscribed", "execution_not_found")]
    [InlineData("""{"type":"subscribe","executionId":"ID","after":-1}""", "subscribed", "invalid_cursor")]
    [InlineData("""{"type":"subscribe","executionId":"ID","after":"0"}""", "subscribed", "invalid_cursor")]
    [InlineData("""{"type":"subscribe","executionId":"ID","after":1e99}""", "subscribed", "invalid_cursor")]
    [InlineData("""{"type":"subscribe","executionId":"ID","after":100000}""", "subscribed", "cursor_beyond_end")]
    [InlineData("""{"type":"subscribe","executionId":"ID","after":0,"types":[1]}""", "subscribed", "invalid_query")]
    [InlineData("""{"type":"command","executionId":"ID"}""", "answer", "unknown_command")]
    [InlineData("""{"type":"command","command":"dance","executionId":"ID"}""", "answer", "unknown_command")]
    [InlineData("""{"type":"command","command":"pause","executionId":"x"}""", "answer", "execution_not_found")]
    [InlineData("""{"type":"command","command":"pause","executionId":"0197a0c2-0000-7000-8000-000000000000"}""", "answer", "execution_not_found")]
    [InlineData("""{"type":"command","command":"approve","executionId":"ID"}""", "answer", "stage_required")]
    [InlineData("""{"type":"command","command":"approve","executionId":"ID","stage":5}""", "answer", "invalid_request")]
    [InlineData("""{"type":"command","command":"setBreakpoint","executionId":"ID","stage":"held","when":"after"}""", "answer", "breakpoint_unsupported")]
    [InlineData("""{"type":"command","command":"pause","executionId":"ID","idempotencyKey":5}""", "answer", "idempotency_key_invalid")]
    public async Task Message_is_answered_with_what_is_wrong_and_the_socket_stays_open(string message, string type, string code)
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var socket = await SocketClient.OpenAsync(server);
        var answer = await socket.AskAsync(message.Replace("ID", id.ToString(), StringComparison.Ordinal));
        Assert.Equal((type, code), (answer.GetProperty("type").GetString(), answer.GetProperty("code").GetString()));
        Assert.NotEmpty(answer.GetProperty("error").GetString()!);
        Assert.InRange(answer.GetProperty("status").GetInt32(), 400, 499);
        Assert.Equal("pong", (await socket.AskAsync("""{"type":"ping"}""")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Subscription_is_refused_beyond_the_limit_of_a_socket()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        using var socket = await SocketClient.OpenAsync(server);
        for (var i = 0; i <= 100; i++)
        {
            var id = await server.RunAsync("waits");
            await socket.SendAsync($$"""{"type":"subscribe","executionId":"{{id}}","after":1,"types":["none"],"ref":{{i}}}""");
            var answer = await socket.NextAsync();
            Assert.Equal(i, answer!.Value.GetProperty("ref").GetInt32());
            Assert.Equal(i < 100, answer.Value.GetProperty("success").GetBoolean());
            if (i == 100) Assert.Equal("too_many_subscriptions", answer.Value.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Socket_is_refused_beyond_the_limit_of_its_caller_and_taken_when_another_has_gone()
    {
        await using var server = await ServerHarness.StartAsync();
        var open = new List<SocketClient>();
        for (var i = 0; i < 200; i++) open.Add(await SocketClient.OpenAsync(server));
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.OpenAsync(server));
        await open[0].Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);

        // It has left when the server has seen it, which nothing tells.
        SocketClient? other = null;
        for (var tried = 0; other is null && tried < 500; tried++)
        {
            try
            {
                other = await SocketClient.OpenAsync(server);
            }
            catch (WebSocketException)
            {
                await Task.Yield();
            }
        }

        Assert.NotNull(other);
        open.Add(other);
        open.ForEach(s => s.Dispose());
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Host", "evil.example")]
    [InlineData("X-Forwarded-For", "10.0.0.1")]
    public async Task Socket_is_refused_when_another_page_opens_it(string header, string value)
    {
        await using var server = await ServerHarness.StartAsync();
        await Assert.ThrowsAsync<WebSocketException>(() => SocketClient.OpenAsync(server, (header, value)));
        using var own = await SocketClient.OpenAsync(server, ("Origin", server.Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal("pong", (await own.AskAsync("""{"type":"ping"}""")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Request_that_is_no_socket_is_told_so()
    {
        await using var server = await ServerHarness.StartAsync();
        (await server.GetAsync("/ws")).AssertProblem(HttpStatusCode.UpgradeRequired, "websocket_required");
    }

    [Fact]
    public async Task Socket_is_told_to_come_back_when_the_server_stops()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync($$"""{"type":"subscribe","executionId":"{{id}}","after":0}""");
        var stopping = server.RestartAsync();
        var types = new List<string?>();
        var cursor = 0L;
        while (await socket.NextAsync() is { } message)
        {
            types.Add(message.GetProperty("type").GetString());
            if (types[^1] == "events") cursor = message.GetProperty("events").EnumerateArray().Last().GetProperty("seq").GetInt64();
            if (types[^1] == "draining") Assert.InRange(message.GetProperty("retry").GetInt32(), 500, 3000);
        }

        Assert.Contains("draining", types);
        Assert.DoesNotContain("end", types);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.Socket.CloseStatus);
        await stopping;
        using var again = await SocketClient.OpenAsync(server);
        await again.AskAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"type":"subscribe","executionId":"{{id}}","after":{{cursor}}}"""));
        await server.PostAsync("/api/events", """{"type":"go"}""");
        var (events, word) = await again.ReadToEndAsync(id);
        Assert.Equal("end", word.GetProperty("type").GetString());
        Assert.Equal(cursor + 1, events[0].GetProperty("seq").GetInt64());
    }
}
