using System.Net;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class ExecutionStateTests
{
    private const string Retried = """
        id: retried
        stages:
          - id: flaky
            type: shell
            retry: { maxAttempts: 3, delay: 1ms }
            shell: { run: 'echo attempt; exit 3' }
        """;

    [Fact]
    public async Task State_is_not_sent_again_while_it_is_the_same()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits, Some.Hello);
        foreach (var id in new[] { await server.RunToEndAsync("hello", """{"input":"x"}"""), await server.RunAsync("waits") })
        {
            while (await server.Engine.ReadStateAsync(id, s => !s.Status.IsTerminal() && s.Find("held")?.Status != StageStatus.Waiting)) await Task.Yield();
            var first = await server.GetAsync($"/api/executions/{id}");
            var tag = first.Response.Headers.ETag!.ToString();
            var again = await server.GetAsync($"/api/executions/{id}", ("If-None-Match", tag));
            Assert.Equal((HttpStatusCode.NotModified, ""), (again.Status, again.Text));
            Assert.Equal(first.Text, (await server.GetAsync($"/api/executions/{id}", ("If-None-Match", "\"other\""))).Text);
        }

        var running = (await server.GetAsync("/api/executions/running")).Json.GetProperty("executions")[0].GetProperty("id").GetGuid();
        var before = (await server.GetAsync($"/api/executions/{running}")).Response.Headers.ETag!.ToString();
        await server.PostAsync($"/api/executions/{running}/cancel");
        await server.EndAsync(running);
        var after = await server.GetAsync($"/api/executions/{running}", ("If-None-Match", before));
        Assert.Equal((HttpStatusCode.OK, "cancelled"), (after.Status, after.Json.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Ended_state_is_read_from_the_log_once_until_it_is_opened_again()
    {
        var store = new CountingStore();
        await using var server = await ServerHarness.StartAsync(store: store, pipelines: [Some.Fails]);
        var id = await server.RunToEndAsync("fails");
        var first = (await server.GetAsync($"/api/executions/{id}")).Text;
        var reads = store.Reads;
        for (var i = 0; i < 5; i++) Assert.Equal(first, (await server.GetAsync($"/api/executions/{id}")).Text);
        Assert.Equal(reads, store.Reads);

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync($"/api/executions/{id}/retry")).Status);
        await server.EndAsync(id);
        Assert.Equal([1, 2], new[] { JsonElement.Parse(first), (await server.GetAsync($"/api/executions/{id}")).Json }.Select(state => state.GetProperty("turn").GetInt32()));
    }

    [Fact]
    public async Task State_and_graph_are_given_at_any_point_of_the_log()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");
        var last = (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("seq").GetInt64();
        var statuses = new List<string>();
        for (var at = 1L; at <= last; at++)
        {
            var state = (await server.GetAsync($"/api/executions/{id}/state?at={at}")).Json;
            Assert.Equal(at, state.GetProperty("seq").GetInt64());
            var stage = state.GetProperty("stages")[0].GetProperty("status").GetString()!;
            if (statuses.LastOrDefault() != stage) statuses.Add(stage);
            var graph = (await server.GetAsync($"/api/executions/{id}/graph?at={at}")).Json;
            Assert.Equal(stage, graph.GetProperty("nodes")[0].GetProperty("status").GetString());
        }

        Assert.Equal("running", statuses[^2]);
        Assert.Equal("completed", statuses[^1]);
        Assert.Equal((await server.GetAsync($"/api/executions/{id}")).Text, (await server.GetAsync($"/api/executions/{id}/state?at={last}")).Text);
        Assert.Equal((await server.GetAsync($"/api/executions/{id}")).Text, (await server.GetAsync($"/api/executions/{id}/state")).Text);
        Assert.Contains("fillcolor", (await server.GetAsync($"/api/executions/{id}/graph?format=dot")).Text, StringComparison.Ordinal);
        Assert.StartsWith("flowchart", (await server.GetAsync($"/api/executions/{id}/graph?format=mermaid&at=1")).Text.TrimStart(), StringComparison.Ordinal);

        foreach (var wrong in new[] { "state?at=0", "state?at=-1", "state?at=x", $"state?at={last + 1}", "state?at=9223372036854775807", "state?at=9223372036854775808", $"graph?at={last + 1}", "graph?format=svg", "graph?format=svg&at=0" })
            (await server.GetAsync($"/api/executions/{id}/{wrong}")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
        foreach (var path in new[] { "state?at=1", "graph", "graph?at=1", "stages/x" })
            (await server.GetAsync($"/api/executions/0197a0c2-0000-7000-8000-000000000000/{path}")).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
    }

    [Fact]
    public async Task Remembered_state_is_not_given_any_more_when_the_execution_was_deleted()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var id = await server.RunToEndAsync("hello", """{"input":"x"}""");
        string[] paths = ["", "/state?at=3", "/graph", "/graph?at=3", "/stages/greet"];
        foreach (var path in paths) Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"/api/executions/{id}{path}")).Status);
        await server.DeleteAsync($"/api/executions/{id}");
        foreach (var path in paths) (await server.GetAsync($"/api/executions/{id}{path}")).AssertProblem(HttpStatusCode.Gone, "execution_deleted");
    }

    [Fact]
    public async Task Stage_is_given_with_every_attempt()
    {
        await using var server = await ServerHarness.StartAsync(Retried);
        var id = await server.RunToEndAsync("retried");
        var json = (await server.GetAsync($"/api/executions/{id}/stages/flaky")).Json;
        Assert.Equal("failed", json.GetProperty("stage").GetProperty("status").GetString());
        Assert.Equal(3, json.GetProperty("totalAttempts").GetInt32());
        var attempts = json.GetProperty("attempts").EnumerateArray().ToList();
        Assert.Equal([1, 2, 3], attempts.Select(a => a.GetProperty("attempt").GetInt32()));
        Assert.All(attempts, a => Assert.Equal("failed", a.GetProperty("status").GetString()));
        Assert.All(attempts, a => Assert.Equal(JsonValueKind.Object, a.GetProperty("error").ValueKind));
        Assert.Equal([true, true, false], attempts.Select(a => a.GetProperty("willRetry").GetBoolean()));
        Assert.Equal([1], (await server.GetAsync($"/api/executions/{id}/stages/flaky?before=2")).Json.GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("attempt").GetInt32()));
        (await server.GetAsync($"/api/executions/{id}/stages/none")).AssertProblem(HttpStatusCode.NotFound, "stage_not_found");
        (await server.GetAsync($"/api/executions/{id}/stages/flaky?before=x")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
    }

    [Fact]
    public async Task Stage_is_given_with_the_attempts_that_there_were_at_an_event()
    {
        await using var server = await ServerHarness.StartAsync(Retried);
        var id = await server.RunToEndAsync("retried");
        var attempts = new List<string>();
        foreach (var e in (await server.GetAsync($"/api/executions/{id}/events")).Json.GetProperty("events").EnumerateArray())
        {
            if (e.GetProperty("type").ValueEquals("stage.started")) attempts.Add("running");
            if (e.GetProperty("type").ValueEquals("stage.failed")) attempts[^1] = "failed";
            var at = e.GetProperty("seq").GetInt64();
            var json = (await server.GetAsync($"/api/executions/{id}/stages/flaky?at={at}")).Json;
            Assert.Equal(attempts, json.GetProperty("attempts").EnumerateArray().Select(a => a.GetProperty("status").GetString()!));
            Assert.Equal(attempts.Count, json.GetProperty("stage").GetProperty("attempt").GetInt32());
        }

        Assert.Equal(3, attempts.Count);
        foreach (var wrong in new[] { "0", "x", "99999" })
            (await server.GetAsync($"/api/executions/{id}/stages/flaky?at={wrong}")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
    }

    private sealed class CountingStore() : PassingStore(new InMemoryEventStore())
    {
        private int _reads;

        public int Reads => Volatile.Read(ref _reads);

        public override ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _reads);
            return base.ReadAsync(executionId, after, filter, maxBytes, cancellationToken);
        }
    }
}
