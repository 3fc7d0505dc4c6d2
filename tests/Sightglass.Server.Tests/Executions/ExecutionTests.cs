using System.Net;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class ExecutionTests
{
    [Fact]
    public async Task Lists_show_executions_with_the_agreed_members()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello, Some.Waits);
        var done = await server.RunToEndAsync("hello", """{"input":"Ada","labels":{"team":"a"}}""");
        var running = await server.RunAsync("waits");
        var active = (await server.GetAsync("/api/executions")).Json.GetProperty("executions");
        Assert.Equal(2, active.GetArrayLength());
        var item = active.EnumerateArray().First(e => e.GetProperty("id").GetGuid() == done);
        Assert.Equal("hello", item.GetProperty("pipelineId").GetString());
        Assert.Equal("Say hello", item.GetProperty("pipelineName").GetString());
        Assert.Equal("completed", item.GetProperty("status").GetString());
        Assert.True(item.GetProperty("startTime").GetInt64() > 1_700_000_000_000);
        Assert.True(item.GetProperty("endTime").GetInt64() >= item.GetProperty("startTime").GetInt64());
        Assert.Equal(1, item.GetProperty("currentStage").GetInt32());
        Assert.Equal(1, item.GetProperty("totalStages").GetInt32());
        Assert.Equal("Ada", item.GetProperty("inputPreview").GetString());
        Assert.Equal(1, item.GetProperty("progress").GetProperty("completed").GetInt32());
        Assert.Equal(0, item.GetProperty("cost").GetDecimal());
        Assert.Equal("a", item.GetProperty("labels").GetProperty("team").GetString());

        var filtered = (await server.GetAsync("/api/executions?status=completed")).Json.GetProperty("executions");
        Assert.Equal(done, Assert.Single(filtered.EnumerateArray()).GetProperty("id").GetGuid());
        var now = (await server.GetAsync("/api/executions/running")).Json;
        Assert.Equal(now.GetProperty("executions").GetArrayLength(), now.GetProperty("count").GetInt32());
        Assert.Contains(now.GetProperty("executions").EnumerateArray(), e => e.GetProperty("id").GetGuid() == running);
    }

    [Fact]
    public async Task History_is_read_page_by_page_when_a_limit_is_given()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello, Some.Fails);
        for (var i = 0; i < 5; i++) await server.RunToEndAsync("hello", """{"input":"x"}""");
        await server.RunToEndAsync("fails");
        var seen = new List<Guid>();
        var cursor = "";
        do
        {
            var page = (await server.GetAsync($"/api/executions/history?limit=2&cursor={cursor}")).Json;
            seen.AddRange(page.GetProperty("executions").EnumerateArray().Select(e => e.GetProperty("id").GetGuid()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        Assert.Equal(6, seen.Distinct().Count());
        Assert.Equal(seen.OrderDescending(), seen);
        var failed = (await server.GetAsync("/api/executions/history?pipeline=fails&status=failed")).Json.GetProperty("executions");
        Assert.Equal("exited with 3", Assert.Single(failed.EnumerateArray()).GetProperty("error").GetString());
        Assert.Empty((await server.GetAsync("/api/executions/history?pipeline=hello&status=failed")).Json.GetProperty("executions").EnumerateArray());
    }

    [Theory]
    [InlineData("/api/executions?status=done", "unknown_status")]
    [InlineData("/api/executions/history?status=running,no", "unknown_status")]
    [InlineData("/api/executions/history?limit=0", "invalid_query")]
    [InlineData("/api/executions/history?limit=x", "invalid_query")]
    [InlineData("/api/executions/history?cursor=x", "invalid_query")]
    [InlineData("/api/pipelines/hello?format=xml", "invalid_query")]
    [InlineData("/api/pipelines/hello/graph?format=svg", "invalid_query")]
    public async Task Read_is_refused_when_its_query_is_bad(string path, string code)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        (await server.GetAsync(path)).AssertProblem(HttpStatusCode.BadRequest, code);
    }

    [Theory]
    [InlineData("/api/executions/0197a0c2-0000-7000-8000-000000000000", "execution_not_found")]
    [InlineData("/api/executions/nonsense", "execution_not_found")]
    [InlineData("/api/executions/nonsense/output/x", "execution_not_found")]
    [InlineData("/api/pipelines/nothing", "pipeline_not_found")]
    [InlineData("/api/pipelines/nothing/graph", "pipeline_not_found")]
    [InlineData("/api/values/sha256:00", "value_not_found")]
    [InlineData("/api/nothing", "not_found")]
    public async Task Read_answers_404_when_the_thing_does_not_exist(string path, string code)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        (await server.GetAsync(path)).AssertProblem(HttpStatusCode.NotFound, code);
    }

    [Fact]
    public async Task Pipelines_are_listed_with_their_problems_when_a_file_is_broken()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        await server.WriteFileAsync("broken.yaml", "stages:\n  - id: a\n    type: shel\n");
        await server.RefreshAsync();
        var list = (await server.GetAsync("/api/pipelines")).Json.EnumerateArray().ToDictionary(p => p.GetProperty("id").GetString()!);
        Assert.True(list["hello"].GetProperty("valid").GetBoolean());
        Assert.Equal(1, list["hello"].GetProperty("stageCount").GetInt32());
        Assert.Equal("hello.yaml", list["hello"].GetProperty("filename").GetString());
        Assert.False(list["broken"].GetProperty("valid").GetBoolean());
        Assert.True(list["broken"].GetProperty("problems")[0].GetProperty("line").GetInt32() > 0);

        var one = (await server.GetAsync("/api/pipelines/hello")).Json;
        Assert.True(one.GetProperty("definition").GetProperty("inputs").GetProperty("name").GetProperty("required").GetBoolean());
        Assert.Equal(Some.Hello, (await server.GetAsync("/api/pipelines/hello?format=yaml")).Text);
        Assert.Equal("greet", (await server.GetAsync("/api/pipelines/hello/graph")).Json.GetProperty("nodes")[0].GetProperty("id").GetString());
        Assert.StartsWith("digraph", (await server.GetAsync("/api/pipelines/hello/graph?format=dot")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_say_what_they_did_when_they_fit_the_state()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits, Some.Approval);
        var id = await server.RunAsync("waits");
        await AcceptedAsync(id, "pause");
        Assert.Equal("paused", (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("status").GetString());
        await AcceptedAsync(id, "resume");
        (await server.PostAsync($"/api/executions/{id}/retry")).AssertProblem(HttpStatusCode.Conflict, "still_running");
        (await server.PostAsync($"/api/executions/{id}/approve", """{"stage":"held"}""")).AssertProblem(HttpStatusCode.Conflict, "no_approval_open");
        (await server.PostAsync($"/api/executions/{id}/approve", """{"stage":"none"}""")).AssertProblem(HttpStatusCode.NotFound, "stage_not_found");
        (await server.PostAsync($"/api/executions/{id}/approve")).AssertProblem(HttpStatusCode.BadRequest, "stage_required");
        (await server.PostAsync($"/api/executions/{id}/approve", """{"stage":3}""")).AssertProblem(HttpStatusCode.BadRequest, "invalid_request");
        Assert.True((await server.PostAsync($"/api/executions/{id}/cancel")).Json.GetProperty("cancelled").GetBoolean());
        await server.EndAsync(id);
        var again = await server.PostAsync($"/api/executions/{id}/cancel", "{}");
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.False(again.Json.GetProperty("cancelled").GetBoolean());
        (await server.PostAsync($"/api/executions/{id}/pause")).AssertProblem(HttpStatusCode.Conflict, "already_ended");

        var asked = await server.RunAsync("approval");
        await AcceptedAsync(asked, "approve", """{"stage":"ask","comment":"fine"}""");
        await server.EndAsync(asked);
        Assert.Equal("completed", (await server.GetAsync($"/api/executions/{asked}")).Json.GetProperty("status").GetString());
        foreach (var command in (string[])["cancel", "pause", "resume", "retry"])
            (await server.PostAsync($"/api/executions/0197a0c2-0000-7000-8000-000000000000/{command}")).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");

        async Task AcceptedAsync(Guid execution, string command, string? body = null)
        {
            var answer = await server.PostAsync($"/api/executions/{execution}/{command}", body);
            Assert.True(answer.Status == HttpStatusCode.OK && answer.Json.GetProperty("accepted").GetBoolean(), answer.Text);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"type":""}""")]
    [InlineData("""{"type":5}""")]
    public async Task Event_is_refused_when_it_has_no_type(string body)
    {
        await using var server = await ServerHarness.StartAsync();
        (await server.PostAsync("/api/events", body)).AssertProblem(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task Event_is_delivered_to_nobody_when_nothing_waits_for_it()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        await server.RunAsync("waits");
        Assert.Equal(0, (await server.PostAsync("/api/events", """{"type":"other"}""")).Json.GetProperty("delivered").GetInt32());
    }

    [Fact]
    public async Task Output_and_values_come_by_range_when_asked_to()
    {
        const string Large = """
            id: large
            stages:
              - { id: print, type: shell, shell: { run: "printf 'abcdefghij'; head -c 100000 /dev/zero | tr '\\0' x" } }
            """;
        await using var server = await ServerHarness.StartAsync(Large);
        var id = await server.RunToEndAsync("large");
        Assert.Equal("defgh", (await server.GetAsync($"/api/executions/{id}/output/print?offset=3&limit=5")).Text);
        Assert.Equal(100_010, (await server.GetAsync($"/api/executions/{id}/output/print")).Text.Length);
        Assert.Equal("", (await server.GetAsync($"/api/executions/{id}/output/print?attempt=2")).Text);
        (await server.GetAsync($"/api/executions/{id}/output/none")).AssertProblem(HttpStatusCode.NotFound, "stage_not_found");
        (await server.GetAsync($"/api/executions/{id}/output/print?offset=-1")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
        var output = (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("stages")[0].GetProperty("output");
        var value = await server.GetAsync($"/api/values/{output.GetProperty("ref").GetString()}?offset=0&length=10");
        Assert.Equal(10, value.Text.Length);
        Assert.Equal("attachment", value.Response.Content.Headers.ContentDisposition?.DispositionType);
    }

    [Fact]
    public async Task Method_that_a_route_does_not_take_is_a_problem_too()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        (await server.PostAsync("/api/pipelines", "{}")).AssertProblem(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        Assert.True((await server.GetAsync("/api/config/status")).Json.GetProperty("flags").GetProperty("ENABLE_EXECUTION_STREAMING").GetBoolean());
        Assert.Equal("ok", (await server.GetAsync("/healthz")).Json.GetProperty("status").GetString());
    }
}
