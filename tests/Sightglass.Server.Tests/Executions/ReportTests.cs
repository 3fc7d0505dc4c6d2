using System.Net;
using System.Text.Json;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class ReportTests
{
    private const string Start = """{"pipeline":{"id":"nightly","name":"Nightly","stages":[{"id":"fetch","type":"cron job"},{"id":"load","type":"sql","needs":["fetch"]}]},"externalId":"job-17","input":{"day":3}}""";

    [Fact]
    public async Task Log_is_that_of_any_execution_when_another_program_reports_it()
    {
        await using var server = await ServerHarness.StartAsync();
        var id = await BeginAsync(server);
        using var viewer = await server.FollowAsync(id);

        var first = await ReportAsync(server, id, """
            {"events":[
              {"type":"stage.started","stage":"fetch","time":"2001-01-01T00:00:00Z","data":{"input":{"from":"ftp"}}},
              {"type":"stage.output","stage":"fetch","data":{"text":"one\ntwo\n"}},
              {"type":"stage.log","stage":"fetch","data":{"level":"warning","message":"slow"}}]}
            """);
        var rest = await ReportAsync(server, id, """
            {"events":[
              {"type":"stage.completed","stage":"fetch","data":{"output":{"rows":9},"duration":12.5,"cost":0.01}},
              {"type":"stage.started","stage":"load"},
              {"type":"stage.completed","stage":"load","data":{"output":"done","duration":3}},
              {"type":"execution.completed"}]}
            """);

        Assert.Equal(6, first.Json.GetProperty("last").GetInt64());
        var frames = await viewer.ReadAllAsync();
        Assert.Equal(
            ["execution.created", "execution.started", "stage.queued", "stage.started", "stage.output", "stage.log", "stage.completed", "stage.queued", "stage.started", "stage.completed", "execution.completed"],
            frames.Where(f => f.Event is null && f.Data is not null).Select(f => f.Json.GetProperty("type").GetString()));
        Assert.Equal(rest.Json.GetProperty("last").GetInt64(), frames[^1].Json.GetProperty("last").GetInt64());
        var state = (await server.GetAsync($"/api/executions/{id}")).Json;
        Assert.Equal("completed", state.GetProperty("status").GetString());
        Assert.Equal("done", state.GetProperty("result").GetProperty("output").GetString());
        Assert.Equal(12.5, state.GetProperty("stages")[0].GetProperty("duration").GetDouble());
        Assert.Equal(3, state.GetProperty("input").GetProperty("day").GetInt32());
        Assert.Equal("one\ntwo\n", (await server.GetAsync($"/api/executions/{id}/output/fetch")).Text);
        Assert.Equal(1, server.Engine.GetMetrics().SuccessRate);
        var times = frames.Where(f => f.Event is null && f.Data is not null).Select(f => f.Json.GetProperty("time").GetDateTimeOffset()).ToList();
        Assert.Equal(times.Order(), times);
        (await server.PostAsync($"/api/executions/{id}/events", """{"events":[{"type":"stage.started","stage":"load"}]}""")).AssertProblem(HttpStatusCode.Conflict, "run_ended");
    }

    [Fact]
    public async Task Start_answers_as_at_first_when_it_is_sent_again()
    {
        await using var server = await ServerHarness.StartAsync();
        var id = await BeginAsync(server);

        var again = await server.PostAsync("/api/executions", Start);

        Assert.Equal(id, again.Json.GetProperty("executionId").GetGuid());
        Assert.True(again.Json.GetProperty("repeated").GetBoolean());
        var other = await server.PostAsync("/api/executions", Start.Replace("job-17", "job-18", StringComparison.Ordinal));
        Assert.NotEqual(id, other.Json.GetProperty("executionId").GetGuid());
    }

    [Fact]
    public async Task Batch_is_recorded_once_when_it_is_sent_again_also_after_a_restart()
    {
        await using var server = await ServerHarness.StartAsync();
        var id = await BeginAsync(server);
        const string Batch = """{"batch":1,"events":[{"type":"stage.started","stage":"fetch"},{"type":"stage.output","stage":"fetch","data":{"text":"äöü"}}]}""";
        var first = await ReportAsync(server, id, Batch);

        var second = await ReportAsync(server, id, Batch);
        (await server.PostAsync($"/api/executions/{id}/events", Batch.Replace("äöü", "x", StringComparison.Ordinal))).AssertProblem(HttpStatusCode.Conflict, "idempotency_conflict");
        (await server.PostAsync($"/api/executions/{id}/events", Batch.Replace("\"batch\":1", "\"batch\":3", StringComparison.Ordinal))).AssertProblem(HttpStatusCode.Conflict, "batch_out_of_order");
        await ReportAsync(server, id, """{"batch":2,"events":[{"type":"stage.output","stage":"fetch","data":{"text":"more"}}]}""");

        // With a key in place of a number.
        const string Keyed = """{"events":[{"type":"stage.log","stage":"fetch","data":{"message":"once"}}]}""";
        Assert.False((await server.PostAsync($"/api/executions/{id}/events", Keyed, ("Idempotency-Key", "k"))).Json.GetProperty("repeated").GetBoolean());
        Assert.True((await server.PostAsync($"/api/executions/{id}/events", Keyed, ("Idempotency-Key", "k"))).Json.GetProperty("repeated").GetBoolean());

        Assert.False(first.Json.GetProperty("repeated").GetBoolean());
        Assert.True(second.Json.GetProperty("repeated").GetBoolean());
        Assert.Equal(first.Json.GetProperty("last").GetInt64(), second.Json.GetProperty("last").GetInt64());
        var events = (await server.GetAsync($"/api/executions/{id}/events")).Json.GetProperty("events").EnumerateArray().ToList();
        Assert.Equal([0, 6], events.Where(e => e.GetProperty("type").GetString() == "stage.output").Select(e => e.GetProperty("data").GetProperty("offset").GetInt32()));
        Assert.Single(events, e => e.GetProperty("type").GetString() == "stage.log");
    }

    [Theory]
    [InlineData("""{"events":[{"type":"stage.completed","stage":"fetch","data":{}}]}""", 409, "stage_not_started")]
    [InlineData("""{"events":[{"type":"stage.started","stage":"nobody"}]}""", 400, "stage_unknown")]
    [InlineData("""{"events":[{"type":"stage.started","stage":"fetch"},{"type":"stage.started","stage":"fetch"}]}""", 409, "stage_running")]
    [InlineData("""{"events":[{"type":"stage.started","stage":"fetch","attempt":2}]}""", 409, "attempt_mismatch")]
    [InlineData("""{"events":[{"type":"execution.created"}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"debug.paused","stage":"fetch","data":{}}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"stage.output","stage":"fetch"}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"stage.started","stage":"fetch","data":[]}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"nonsense"}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"stage":"fetch"}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"stage.started","stage":"fetch","data":{"inputt":1}}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"stage.output","stage":"fetch","data":{"text":null}}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"stage.log","stage":"fetch","data":{"level":"loud","message":"x"}}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"stage.completed","stage":"fetch","data":{"duration":-1}}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"stage.completed","stage":"fetch","data":{"duration":1e400}}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"execution.failed","data":{"error":{"code":"x","message":"y"},"totals":{"stagesRun":1,"stagesSkipped":0,"stagesFailed":0,"cost":0,"duration":1e999}}}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"execution.failed","data":{}}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"execution.completed","stage":"fetch"}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[{"type":"stage.started"}]}""", 400, "event_invalid")]
    [InlineData("""{"events":[]}""", 400, "batch_invalid")]
    [InlineData("""{"events":{}}""", 400, "batch_invalid")]
    [InlineData("""{"batch":0,"events":[]}""", 400, "invalid_request")]
    [InlineData("{}", 400, "invalid_request")]
    public async Task Batch_is_refused_whole_when_an_event_makes_no_sense(string batch, int status, string code)
    {
        await using var server = await ServerHarness.StartAsync();
        var id = await BeginAsync(server);

        var good = """{"type":"trigger.evaluated","stage":"load","data":{"trigger":0,"type":"event","result":false}},""";
        var answer = await server.PostAsync($"/api/executions/{id}/events", batch.Replace("\"events\":[{", "\"events\":[" + good + "{", StringComparison.Ordinal));

        answer.AssertProblem((HttpStatusCode)status, code);
        Assert.Equal(1, (await server.GetAsync($"/api/executions/{id}/events")).Json.GetProperty("last").GetInt64());
        await ReportAsync(server, id, """{"events":[{"type":"stage.started","stage":"fetch"}]}""");
    }

    [Theory]
    [InlineData("{}", 400, "invalid_request")]
    [InlineData("""{"pipeline":7}""", 400, "invalid_request")]
    [InlineData("""{"pipeline":"nobody"}""", 404, "pipeline_not_found")]
    [InlineData("""{"pipeline":{"id":"x"}}""", 400, "definition_unusable")]
    [InlineData("""{"pipeline":{"id":"x","stages":[{"id":"a"},{"id":"a"}]}}""", 400, "definition_unusable")]
    [InlineData("""{"pipeline":{"id":"x","stages":7}}""", 400, "invalid_pipeline")]
    [InlineData("""{"pipeline":{"id":"x","stages":null}}""", 400, "definition_unusable")]
    [InlineData("""{"pipeline":{"id":null,"stages":[null]}}""", 400, "invalid_pipeline")]
    [InlineData("""{"pipeline":{"id":"x","stages":[{"id":"a","needs":7}]}}""", 400, "invalid_pipeline")]
    [InlineData("""{"pipeline":{"id":"x","stages":[{"id":"a","need":["b"]}]}}""", 400, "invalid_pipeline")]
    [InlineData("""{"pipeline":"hello","externalId":7}""", 400, "invalid_request")]
    [InlineData("""{"pipeline":"hello","id":"7"}""", 400, "invalid_request")]
    [InlineData("""{"pipeline":"hello","time":"soon"}""", 400, "invalid_request")]
    [InlineData("""{"pipeline":"hello","labels":{"a":1}}""", 400, "invalid_request")]
    public async Task Start_is_refused_when_it_makes_no_sense(string body, int status, string code)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);

        (await server.PostAsync("/api/executions", body)).AssertProblem((HttpStatusCode)status, code);

        Assert.Empty((await server.GetAsync("/api/executions")).Json.GetProperty("executions").EnumerateArray());
    }

    [Fact]
    public async Task Start_is_refused_when_its_labels_are_too_many()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var labels = JsonSerializer.Serialize(Enumerable.Range(0, 33).ToDictionary(i => $"l{i}", _ => "x"));

        (await server.PostAsync("/api/executions", $$"""{"pipeline":"hello","labels":{{labels}}}""")).AssertProblem(HttpStatusCode.BadRequest, "labels_too_many");
    }

    [Fact]
    public async Task Engine_leaves_it_alone_when_somebody_commands_it()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await BeginAsync(server);
        await ReportAsync(server, id, """{"events":[{"type":"stage.started","stage":"fetch"}]}""");

        (await server.PostAsync($"/api/executions/{id}/cancel")).AssertProblem(HttpStatusCode.Conflict, "execution_external");
        Assert.Equal(0, await server.Engine.RecoverAsync());

        var engines = await server.RunAsync("waits");
        (await server.PostAsync($"/api/executions/{engines}/events", """{"events":[{"type":"stage.started","stage":"first"}]}""")).AssertProblem(HttpStatusCode.Conflict, "execution_not_external");
        await ReportAsync(server, id, """{"events":[{"type":"execution.cancelled","data":{"reason":"enough"}}]}""");
        Assert.Equal("cancelled", (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Value_that_looks_like_a_reference_stays_a_value_when_it_is_reported()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var id = await BeginAsync(server);
        const string Foreign = """{"ref":"sha256:1d0318886b2c4b1f8074d148ebfaa010ab4caa2c0a7cf646148685f7a3370d02","bytes":3,"preview":"x"}""";
        await ReportAsync(server, id, $$"""{"events":[{"type":"stage.started","stage":"fetch","data":{"input":{{Foreign}} } },{"type":"stage.completed","stage":"fetch","data":{"output":"{{new string('y', 200_000)}}","duration":1} }]}""");

        var events = (await server.GetAsync($"/api/executions/{id}/events")).Json.GetProperty("events").EnumerateArray().ToList();
        var input = events.Single(e => e.GetProperty("type").GetString() == "stage.started").GetProperty("data").GetProperty("input").GetProperty("ref").GetString();
        var output = events.Single(e => e.GetProperty("type").GetString() == "stage.completed").GetProperty("data").GetProperty("output");
        Assert.Equal(Foreign, (await server.GetAsync($"/api/values/{input}")).Text);
        Assert.Equal(200_002, output.GetProperty("bytes").GetInt32());
    }

    private static async Task<Guid> BeginAsync(ServerHarness server)
    {
        var answer = await server.PostAsync("/api/executions", Start);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        Assert.Equal("job-17", answer.Json.GetProperty("externalId").GetString());
        return answer.Json.GetProperty("executionId").GetGuid();
    }

    private static async Task<Answer> ReportAsync(ServerHarness server, Guid id, string body)
    {
        var answer = await server.PostAsync($"/api/executions/{id}/events", body);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer;
    }
}
