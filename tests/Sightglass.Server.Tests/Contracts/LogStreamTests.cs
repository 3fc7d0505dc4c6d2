using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Sightglass.Server.Tests.Contracts;

public sealed class LogStreamTests
{
    private const string Talker = """
        id: talker
        stages:
          - id: talk
            type: code
            code: { name: talk }
        """;

    [Theory]
    [InlineData("agents")]
    [InlineData("output-and-logs")]
    [InlineData("retries-exhausted")]
    public async Task Client_gets_the_transcript_and_a_close_when_the_execution_has_ended(string name)
    {
        await using var server = await ServerHarness.StartAsync();
        var log = GoldenLogFile.Read(name);
        await log.AppendAsync(server.Engine.Store);
        using var socket = await ConnectAsync(server, log.Id.ToString());

        JsonSame.Assert(GoldenLogFile.Expected("log-stream", name), await ReadToCloseAsync(socket));
    }

    [Fact]
    public async Task Client_gets_history_then_live_once_each_when_it_connects_in_the_middle()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { StreamingPipeline = "talker" }, null, null, Talker);
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        server.Code.Register("talk", async context =>
        {
            for (var i = 0; i < 500; i++) await context.Output.WriteAsync($"line {i}\n");
            begun.SetResult();
            await go.Task;
            for (var i = 500; i < 1000; i++) await context.Output.WriteAsync($"line {i}\n");
            return (object?)null;
        });

        // As the document's demo does: the client's own id names the execution.
        var started = await server.PostAsync("/executions/exec-001/start-streaming");
        var again = await server.PostAsync("/executions/exec-001/start-streaming");
        Assert.Equal(HttpStatusCode.OK, started.Status);
        Assert.Equal("exec-001", started.Json.GetProperty("execution_id").GetString());
        Assert.Equal(started.Json.GetProperty("executionId").GetGuid(), again.Json.GetProperty("executionId").GetGuid());
        await begun.Task.WaitAsync(ServerHarness.Limit);
        await PlaybookTests.OutputIsRecordedAsync(server, started.Json.GetProperty("executionId").GetGuid(), "line 499");
        using var socket = await ConnectAsync(server, "exec-001");
        var first = JsonElement.Parse((await ReadAsync(socket))!.Value.Span);
        go.SetResult();

        var logs = (await ReadToCloseAsync(socket)).Select(l => JsonElement.Parse(l.Span)).Prepend(first).ToList();

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"line {i}").Append("talk completed"), logs.Select(l => l.GetProperty("output_data").GetProperty("message").GetString()));
        Assert.Equal(1001, logs.Select(l => l.GetProperty("id").GetString()).Distinct().Count());
        Assert.All(logs, l => Assert.Equal("exec-001", l.GetProperty("execution_id").GetString()));
        using var back = await ConnectAsync(server, "exec-001");
        Assert.Equal(logs.Select(l => l.GetRawText()), (await ReadToCloseAsync(back)).Select(l => Encoding.UTF8.GetString(l.Span)));
    }

    [Fact]
    public async Task Sample_is_started_once_when_it_is_asked_for_many_times_at_once()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { StreamingPipeline = "waits" }, null, null, Some.Waits);
        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => server.PostAsync("/executions/exec-001/start-streaming"))));
        var id = Assert.Single(asked.Select(answer => answer.Json.GetProperty("executionId").GetGuid()).Distinct());
        Assert.Equal(id, Assert.Single((await server.GetAsync("/api/executions")).Json.GetProperty("executions").EnumerateArray()).GetProperty("id").GetGuid());

        // One that has ended does not stand in for the next.
        await server.PostAsync("/api/events", """{"type":"go"}""");
        await server.EndAsync(id);
        Assert.NotEqual(id, (await server.PostAsync("/executions/exec-001/start-streaming")).Json.GetProperty("executionId").GetGuid());
    }

    [Fact]
    public async Task Client_is_closed_as_going_away_when_the_server_stops()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var socket = await ConnectAsync(server, id.ToString());
        Assert.NotNull(await ReadAsync(socket));
        var stopping = server.StopServerAsync();

        while (await ReadAsync(socket) is not null)
        {
            // What had been sent.
        }

        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await stopping;
    }

    [Fact]
    public async Task Client_is_refused_when_it_is_none_or_there_is_no_such_execution()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        (await server.GetAsync("/ws/executions/x/logs")).AssertProblem(HttpStatusCode.UpgradeRequired, "websocket_required");
        (await server.PostAsync("/executions/x/start-streaming")).AssertProblem(HttpStatusCode.Conflict, "sample_not_configured");
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(AddressOf(server, "nobody"), CancellationToken.None));
        Assert.Equal(HttpStatusCode.NotFound, socket.HttpStatusCode);
        using var foreign = new ClientWebSocket();
        foreign.Options.CollectHttpResponseDetails = true;
        foreign.Options.SetRequestHeader("Origin", "http://evil.example");
        var id = await server.RunToEndAsync("hello", """{"input":"Ada"}""");
        await Assert.ThrowsAsync<WebSocketException>(() => foreign.ConnectAsync(AddressOf(server, id.ToString()), CancellationToken.None));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.HttpStatusCode);
    }

    private static Uri AddressOf(ServerHarness server, string id) => new($"ws://{server.Address.Authority}/ws/executions/{id}/logs");

    private static async Task<ClientWebSocket> ConnectAsync(ServerHarness server, string id)
    {
        var socket = new ClientWebSocket();
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        await socket.ConnectAsync(AddressOf(server, id), limit.Token);
        return socket;
    }

    private static async Task<List<ReadOnlyMemory<byte>>> ReadToCloseAsync(ClientWebSocket socket)
    {
        var messages = new List<ReadOnlyMemory<byte>>();
        while (await ReadAsync(socket) is { } message) messages.Add(message);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        return messages;
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage) return message.ToArray();
        }
    }
}
