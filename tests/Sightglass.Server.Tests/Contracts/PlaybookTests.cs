using System.Net;
using System.Text.Json;
using Sightglass.Server.Access;
using Sightglass.Server.Contracts;
using Sightglass.Server.Errors;
using Xunit;

namespace Sightglass.Server.Tests.Contracts;

public sealed class PlaybookTests
{
    private const string Talker = """
        id: talker
        name: Talker
        version: 2
        stages:
          - id: talk
            name: Talk
            type: code
            retry: { maxAttempts: 3, delay: 1ms }
            code: { name: talk }
        """;

    [Fact]
    public async Task Run_and_step_are_complete_when_agents_worked()
    {
        await using var server = await ServerHarness.StartAsync();
        var log = GoldenLogFile.Read("agents");
        await log.AppendAsync(server.Engine.Store);
        var expected = JsonElement.Parse(GoldenLogFile.ExpectedText("playbook", "agents.run.json"));

        var run = await server.GetAsync($"/api/v1/playbook-runs/{log.Id}");
        var step = await server.GetAsync($"/api/v1/playbook-runs/{log.Id}/steps/agree");
        var address = await server.GetAsync($"/api/playbook-runs/{log.Id}/stream");

        Assert.Equal(HttpStatusCode.OK, run.Status);
        JsonSame.Assert(expected, run.Json);
        JsonSame.Assert(expected.GetProperty("data").GetProperty("steps")[1], step.Json.GetProperty("data"));
        Assert.Equal($"/api/v1/playbook-runs/{log.Id}/stream", address.Json.GetProperty("data").GetProperty("streamUrl").GetString());
    }

    [Fact]
    public async Task Run_goes_on_from_what_was_read_when_it_is_polled_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var log = GoldenLogFile.Read("agents");
        await log.AppendAsync(server.Engine.Store, upTo: 6);

        var early = (await server.GetAsync($"/api/v1/playbook-runs/{log.Id}")).Json.GetProperty("data");
        await log.AppendAsync(server.Engine.Store, after: 6);
        var late = await server.GetAsync($"/api/v1/playbook-runs/{log.Id}");

        Assert.Equal("running", early.GetProperty("state").GetString());
        Assert.Equal("waiting_for_dependencies", early.GetProperty("steps")[1].GetProperty("state").GetString());
        Assert.Equal(0, early.GetProperty("steps")[0].GetProperty("logs").GetArrayLength());
        JsonSame.Assert(JsonElement.Parse(GoldenLogFile.ExpectedText("playbook", "agents.run.json")), late.Json);
    }

    [Theory]
    [InlineData("/api/v1/playbook-runs/0197a0c2-0000-7000-8000-000000000000")]
    [InlineData("/api/v1/playbook-runs/none")]
    [InlineData("/api/v1/playbook-runs/0197a0c2-0000-7000-8000-000000000000/steps/x")]
    [InlineData("/api/v1/playbook-runs/0197a0c2-0000-7000-8000-000000000000/stream")]
    [InlineData("/api/playbook-runs/0197a0c2-0000-7000-8000-000000000000/stream")]
    public async Task Refusal_is_in_the_envelope_when_there_is_no_such_run(string path)
    {
        await using var server = await ServerHarness.StartAsync();

        var answer = await server.GetAsync(path);

        Assert.Equal((HttpStatusCode.NotFound, "application/json"), (answer.Status, answer.Type));
        Assert.False(answer.Json.GetProperty("success").GetBoolean());
        Assert.Equal("NOT_FOUND", answer.Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/steps/first")]
    [InlineData("/stream")]
    public async Task Run_is_unknown_when_it_is_of_another_organization(string path)
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var definition = Core.Definitions.DefinitionReader.Read(System.Text.Encoding.UTF8.GetBytes(Some.Waits), "waits.yaml").Definition!;
        var started = await server.Engine.StartAsync(new Core.Scheduling.StartRequest { Definition = definition, Organization = "acme", ExternalId = "theirs" });

        var answer = await server.GetAsync($"/api/v1/playbook-runs/{started.ExecutionId}{path}");
        using var socket = new System.Net.WebSockets.ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{server.Address.Authority}/ws/executions/{(path.Length == 0 ? "theirs" : started.ExecutionId.ToString())}/logs"), CancellationToken.None));

        Assert.Equal((HttpStatusCode.NotFound, "NOT_FOUND"), (answer.Status, answer.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, socket.HttpStatusCode);
    }

    [Theory]
    [InlineData("None", 404, 403, "NO_ORG_ACCESS")]
    [InlineData("Viewer", 404, 404, "NOT_FOUND")]
    [InlineData("Viewer", 410, 404, "NOT_FOUND")]
    [InlineData("Viewer", 403, 403, "NO_ORG_ACCESS")]
    [InlineData(null, 401, 401, "UNAUTHORIZED")]
    public async Task Refusal_of_the_gate_is_in_the_envelope(string? role, int refused, int status, string code)
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        using var body = new MemoryStream();
        context.Response.Body = body;
        if (role is not null) context.Features.Set(new Caller("ann", "acme", Enum.Parse<Role>(role), CallerKind.Session));

        await Server.Contracts.Playbooks.PlaybookAnswer.RefuseAsync(context, new ApiProblem(refused, "any", "Why."));

        Assert.Equal(status, context.Response.StatusCode);
        Assert.Equal(code, JsonElement.Parse(body.ToArray()).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Step_is_not_found_when_the_run_has_none_of_that_key()
    {
        await using var server = await ServerHarness.StartAsync(Talker);
        server.Code.Register("talk", static _ => 1);
        var id = await server.RunToEndAsync("talker");

        var answer = await server.GetAsync($"/api/v1/playbook-runs/{id}/steps/nobody");

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal("NOT_FOUND", answer.Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Stream_is_live_only_when_no_cursor_is_sent()
    {
        await using var server = await ServerHarness.StartAsync(Talker);
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        server.Code.Register("talk", async context =>
        {
            await context.Output.WriteAsync("first line\nhalf a ");
            begun.SetResult();
            await go.Task;
            await context.Output.WriteAsync("line\nlast");
            return (object?)7;
        });
        var id = await server.RunAsync("talker");
        await begun.Task.WaitAsync(ServerHarness.Limit);
        await OutputIsRecordedAsync(server, id, "half a ");
        using var stream = await StreamAsync(server, id);
        Assert.Equal("connected", (await stream.NextAsync())!.Event);
        go.SetResult();

        var frames = new List<SseFrame>();
        while (frames.Count == 0 || frames[^1].Event != "run.completed") frames.Add((await stream.NextAsync())!);

        Assert.Equal(["step.log.appended", "step.log.appended", "step.completed", "run.updated", "run.completed"], frames.Select(f => f.Event));
        Assert.Equal(["half a line", "last"], frames.Take(2).Select(f => f.Json.GetProperty("payload").GetProperty("logEntry").GetProperty("message").GetString()));
        Assert.Equal(7, frames[2].Json.GetProperty("payload").GetProperty("result").GetInt32());
        var view = (await server.GetAsync($"/api/v1/playbook-runs/{id}")).Json.GetProperty("data").GetProperty("steps")[0];
        Assert.Equal(["first line", "half a line", "last"], view.GetProperty("logs").EnumerateArray().Select(l => l.GetString()));
        Assert.Equal(3, view.GetProperty("maxAttempts").GetInt32());
    }

    [Fact]
    public async Task Stream_replays_the_rest_of_an_event_when_a_client_comes_back_in_its_middle()
    {
        await using var server = await ServerHarness.StartAsync();
        var log = GoldenLogFile.Read("agents");
        await log.AppendAsync(server.Engine.Store);
        var all = GoldenLogFile.ExpectedText("playbook", "agents.sse").Split("\n\n", StringSplitOptions.RemoveEmptyEntries);

        foreach (var received in Enumerable.Range(0, all.Length - 1))
        {
            var cursor = all[received].Split('\n')[1]["id: ".Length..];
            using var stream = await StreamAsync(server, log.Id, cursor);
            Assert.Equal("connected", (await stream.NextAsync())!.Event);
            for (var i = received + 1; i < all.Length; i++)
            {
                var frame = (await stream.NextAsync())!;
                Assert.Equal(all[i], $"event: {frame.Event}\nid: {frame.Id}\ndata: {frame.Data}");
            }
        }
    }

    [Fact]
    public async Task Stream_stays_open_with_comments_for_ten_minutes_when_the_run_has_ended()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(options => options with { Time = time }, time: time);
        var log = GoldenLogFile.Read("retries-exhausted");
        await log.AppendAsync(server.Engine.Store);
        var response = await server.OpenAsync($"/api/v1/playbook-runs/{log.Id}/stream", "text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("event: connected", await reader.ReadLineAsync());
        Assert.Equal($"id: {log.Events.Count}", await reader.ReadLineAsync());
        await reader.ReadLineAsync();
        await reader.ReadLineAsync();
        var rest = Task.Run(reader.ReadToEndAsync);

        var from = time.GetUtcNow();
        var limit = Task.Delay(ServerHarness.Limit, TimeProvider.System);
        while (!rest.IsCompleted && !limit.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var passed = time.GetUtcNow() - from;
        Assert.True(rest.IsCompleted, "It never closed.");
        Assert.True(passed >= ContractLimits.PlaybookAfterEnd, $"It closed after {passed}.");
        var text = await rest;
        Assert.Empty(text.Replace(": heartbeat\n\n", "", StringComparison.Ordinal));
        Assert.InRange(text.Split(": heartbeat\n\n").Length - 1, 1, passed.TotalSeconds / ContractLimits.PlaybookHeartbeat.TotalSeconds);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("99")]
    [InlineData("1.")]
    public async Task Stream_refuses_a_cursor_when_it_is_none_of_its_own(string cursor)
    {
        await using var server = await ServerHarness.StartAsync();
        var log = GoldenLogFile.Read("agents");
        await log.AppendAsync(server.Engine.Store);

        var answer = await server.GetAsync($"/api/v1/playbook-runs/{log.Id}/stream", ("Last-Event-ID", cursor));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("INVALID_CURSOR", answer.Json.GetProperty("error").GetProperty("code").GetString());
    }

    internal static async Task OutputIsRecordedAsync(ServerHarness server, Guid id, string text)
    {
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        await foreach (var step in server.Engine.Follower.FollowAsync(id, 0, ServerHarness.Limit, limit.Token))
        {
            if (step.Blocks.Any(b => System.Text.Encoding.UTF8.GetString(b.Bytes.Span).Contains(text, StringComparison.Ordinal))) return;
        }
    }

    private static async Task<SseReader> StreamAsync(ServerHarness server, Guid id, string? cursor = null)
    {
        var response = await server.OpenAsync($"/api/v1/playbook-runs/{id}/stream", "text/event-stream", cursor);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return new SseReader(response);
    }
}
