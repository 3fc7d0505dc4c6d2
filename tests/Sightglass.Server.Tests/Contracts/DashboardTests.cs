using System.Text.Json;
using Sightglass.Server.Contracts;
using Sightglass.Server.Tests.Streaming.Sockets;
using Xunit;

namespace Sightglass.Server.Tests.Contracts;

public sealed class DashboardTests
{
    private const string Talker = """
        id: talker
        name: Talker
        stages:
          - id: talk
            name: Talk
            type: code
            code: { name: talk }
        """;

    [Fact]
    public async Task Subscriber_hears_what_happens_from_now_on_when_it_sends_no_cursor()
    {
        await using var server = await ServerHarness.StartAsync(Talker);
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        server.Code.Register("talk", async context =>
        {
            await context.Output.WriteAsync("The first half");
            begun.SetResult();
            await go.Task;
            await context.Output.WriteAsync(" and the second.");
            return (object?)new { words = 6 };
        });
        var id = await server.RunAsync("talker");
        await begun.Task.WaitAsync(ServerHarness.Limit);
        await PlaybookTests.OutputIsRecordedAsync(server, id, "first half");
        using var socket = await SocketClient.OpenAsync(server);

        var subscribed = await socket.AskAsync($$"""{"type":"subscribe","executionId":"{{id}}"}""");
        go.SetResult();
        var messages = await ToCloseAsync(socket);

        Assert.Equal(("subscribed", id, true), (subscribed.GetProperty("type").GetString(), subscribed.GetProperty("executionId").GetGuid(), subscribed.GetProperty("success").GetBoolean()));
        var final = messages.Single(m => TypeOf(m) == "stage:output" && m.GetProperty("isFinal").GetBoolean());
        Assert.Equal("The first half and the second.", final.GetProperty("output").GetString());
        Assert.All(messages.Where(m => TypeOf(m) == "stage:output"), m => Assert.StartsWith("The first half", m.GetProperty("output").GetString(), StringComparison.Ordinal));
        Assert.Equal(["stage:output", "stage:completed", "execution:completed"], messages.SkipWhile(m => !m.TryGetProperty("isFinal", out var f) || !f.GetBoolean()).Select(TypeOf));
        var result = messages[^1].GetProperty("result");
        Assert.Equal("success", result.GetProperty("status").GetString());
        Assert.Equal(6, result.GetProperty("output").GetProperty("words").GetInt32());
    }

    [Fact]
    public async Task Subscriber_hears_all_that_happens_after_its_answer_when_the_execution_ends_before_the_log_is_read()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        await server.GetAsync($"/api/executions/{id}/events?types=stage.waiting&wait=30");
        var answered = (await server.GetAsync($"/api/executions/{id}/events?types=none")).Json.GetProperty("last").GetInt64();
        await server.PostAsync("/api/events", """{"type":"go"}""");
        await server.EndAsync(id);
        var heard = new List<string>();

        await new LiveDashboard(server.Context, id, answered).FollowAsync(
            json =>
            {
                heard.Add(TypeOf(JsonElement.Parse(json.Span)));
                return ValueTask.FromResult(true);
            },
            CancellationToken.None);

        Assert.Equal(["stage:started", "stage:completed", "execution:completed"], heard);
    }

    [Theory]
    [InlineData("agents")]
    [InlineData("cancel")]
    [InlineData("retries-exhausted")]
    public async Task Subscriber_gets_the_closing_message_at_once_when_the_execution_has_ended(string name)
    {
        await using var server = await ServerHarness.StartAsync();
        var log = GoldenLogFile.Read(name);
        await log.AppendAsync(server.Engine.Store);
        using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync($$"""{"type":"subscribe","executionId":"{{log.Id}}"}""");

        JsonSame.Assert(GoldenLogFile.Expected("dashboard", name)[^1], (await socket.NextAsync())!.Value);
    }

    [Fact]
    public async Task Flood_comes_as_the_last_50_kilobytes_and_at_most_ten_times_a_second()
    {
        await using var server = await ServerHarness.StartAsync(Talker);
        var begun = new TaskCompletionSource();
        server.Code.Register("talk", async context =>
        {
            await begun.Task;
            for (var i = 0; i < 20_000; i++) await context.Output.WriteAsync($"line {i} äöü\n");
            return (object?)null;
        });
        var id = await server.RunAsync("talker");
        using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync($$"""{"type":"subscribe","executionId":"{{id}}"}""");
        var from = TimeProvider.System.GetTimestamp();
        begun.SetResult();

        var messages = await ToCloseAsync(socket);
        var took = TimeProvider.System.GetElapsedTime(from);

        var outputs = messages.Where(m => TypeOf(m) == "stage:output").ToList();
        Assert.True(outputs.Count <= 1 + Math.Ceiling(took.TotalSeconds * 10), $"{outputs.Count} messages came in {took}.");
        var last = outputs[^1].GetProperty("output").GetString()!;
        Assert.EndsWith("line 19999 äöü\n", last, StringComparison.Ordinal);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(last), 50 * 1024 - 3, 50 * 1024);
        Assert.DoesNotContain('\uFFFD', last);
    }

    [Fact]
    public async Task Execution_can_be_followed_again_as_soon_as_its_closing_message_has_come()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        using var socket = await SocketClient.OpenAsync(server);
        for (var i = 0; i < 20; i++)
        {
            var answer = await socket.AskAsync($$"""{"type":"subscribe","executionId":"{{id}}"}""");
            Assert.True(answer.GetProperty("success").GetBoolean(), answer.GetRawText());
            Assert.Equal("execution:completed", TypeOf((await socket.NextAsync())!.Value));
        }
    }

    [Fact]
    public async Task Subscription_is_over_before_its_closing_message_is_sent()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        var dashboard = new LiveDashboard(server.Context, id, (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("seq").GetInt64());
        var wasOver = new List<bool>();

        await dashboard.FollowAsync(
            _ =>
            {
                wasOver.Add(dashboard.IsOver);
                return ValueTask.FromResult(true);
            },
            CancellationToken.None);

        Assert.Equal([true], wasOver);
    }

    [Fact]
    public async Task Unsubscribe_is_acknowledged_and_nothing_more_comes()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync($$"""{"type":"subscribe","executionId":"{{id}}"}""");

        await socket.SendAsync($$"""{"type":"unsubscribe","executionId":"{{id}}"}""");
        JsonElement answer;
        do answer = (await socket.NextAsync())!.Value;
        while (TypeOf(answer) != "unsubscribed");
        await server.PostAsync($"/api/executions/{id}/cancel");
        await server.EndAsync(id);

        Assert.Equal("pong", TypeOf(await socket.AskAsync("""{"type":"ping"}""")));
    }

    [Fact]
    public async Task Pipeline_has_neutral_values_for_what_its_stages_lack()
    {
        await using var server = await ServerHarness.StartAsync("""
            id: tuner
            version: 3
            defaults: { retry: { maxAttempts: 3 } }
            inputs: { prompt: { type: string, required: true } }
            stages:
              - id: analyze
                description: Weighs it
                agent: { model: { provider: openai, name: gpt-4o-mini, temperature: 0.1, maxTokens: 1024 }, system: One object., prompt: "Analyse ${{ inputs.prompt }} and ${{inputs.prompt}}" }
                output: { format: json, schema: { type: object, required: [overall] } }
              - id: count
                when: inputs.prompt != ''
                type: data
                data: { value: "1" }
            """);

        var pipeline = (await server.GetAsync("/api/pipelines/tuner")).Json;

        JsonSame.Assert(JsonElement.Parse("""{"id":"tuner","name":"tuner","version":"3","description":"","defaultProvider":"openai","settings":{"maxRetries":2,"enableEarlyExit":false,"enableCaching":false}}"""), pipeline.GetProperty("pipeline"));
        JsonSame.Assert(
            JsonElement.Parse("""
                [{"id":"analyze","name":"analyze","type":"agent","description":"Weighs it","model":{"providerID":"openai","modelID":"gpt-4o-mini","tier":"","maxTokens":1024,"temperature":0.1},"prompt":{"systemPrompt":"One object.","template":"Analyse ${{ inputs.prompt }} and ${{inputs.prompt}}","variables":["inputs.prompt"]},"output":{"format":"json","extract":["overall"]}},
                 {"id":"count","name":"count","type":"data","description":"","model":{"providerID":"","modelID":"","tier":"","maxTokens":0,"temperature":0},"prompt":{"systemPrompt":"","template":"","variables":[]},"output":{"format":"text","extract":[]},"conditions":["inputs.prompt != ''"]}]
                """),
            pipeline.GetProperty("stages"));
        Assert.Equal("openai", (await server.GetAsync("/api/pipelines")).Json[0].GetProperty("defaultProvider").GetString());
    }

    private static string TypeOf(JsonElement message) => message.GetProperty("type").GetString()!;

    private static async Task<List<JsonElement>> ToCloseAsync(SocketClient socket)
    {
        var messages = new List<JsonElement>();
        while (messages.Count == 0 || !TypeOf(messages[^1]).StartsWith("execution:", StringComparison.Ordinal) || TypeOf(messages[^1]) == "execution:started")
            messages.Add((await socket.NextAsync())!.Value);
        return messages;
    }
}
