using System.Net;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class CompareTests
{
    private const string Echo = """
        id: echo
        inputs:
          word: { type: string, required: true }
        stages:
          - id: say
            type: data
            data: { value: "{'word': inputs.word, 'always': 1}" }
          - id: after
            type: data
            needs: [say]
            data: { value: "stages.say.output.word == 'a' ? 'yes' : 'no'" }
        """;

    private const string Group = """

        concurrency: { group: shared }
        """;

    [Fact]
    public async Task Executions_are_put_side_by_side_with_the_stage_where_they_part()
    {
        await using var server = await ServerHarness.StartAsync(Echo);
        var (left, right) = (await server.RunToEndAsync("echo", """{"input":"a"}"""), await server.RunToEndAsync("echo", """{"input":"b"}"""));

        var comparison = (await server.GetAsync($"/api/executions/compare?left={left}&right={right}")).Json;

        Assert.False(comparison.GetProperty("same").GetBoolean());
        Assert.Equal("say", comparison.GetProperty("firstDivergence").GetString());
        var difference = comparison.GetProperty("stages")[0].GetProperty("output")[0];
        Assert.Equal(("/word", "\"a\"", "\"b\""), (difference.GetProperty("path").GetString(), difference.GetProperty("left").GetString(), difference.GetProperty("right").GetString()));
        Assert.Equal("/word", comparison.GetProperty("input")[0].GetProperty("path").GetString());
        Assert.True((await server.GetAsync($"/api/executions/compare?left={left}&right={left}")).Json.GetProperty("same").GetBoolean());
    }

    [Fact]
    public async Task Both_have_to_be_there()
    {
        await using var server = await ServerHarness.StartAsync(Echo);
        var id = await server.RunToEndAsync("echo", """{"input":"a"}""");

        (await server.GetAsync($"/api/executions/compare?left={id}")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
        (await server.GetAsync($"/api/executions/compare?left={id}&right=x")).AssertProblem(HttpStatusCode.BadRequest, "invalid_query");
        Assert.Equal("left must be a UUID, got 'a'. right must be a UUID, got 'b'.", (await server.GetAsync("/api/executions/compare?left=a&right=b")).Json.GetProperty("error").GetString());

        // Cut before a character of two halves, not within it.
        Assert.Equal($"left must be a UUID, got '{new string('a', 49)}…'.", (await server.GetAsync($"/api/executions/compare?left={new string('a', 49)}%F0%9F%98%80x&right=01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d")).Json.GetProperty("error").GetString());
        (await server.GetAsync($"/api/executions/compare?left={id}&right=01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d")).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
    }

    [Fact]
    public async Task Outputs_list_what_has_ended_and_give_each_by_its_name()
    {
        await using var server = await ServerHarness.StartAsync(Some.Fails, Some.Approval, Echo);
        await server.RunToEndAsync("fails");
        await server.RunToEndAsync("echo", """{"input":"a"}""");
        await server.RunAsync("approval");

        var list = (await server.GetAsync("/api/outputs")).Json;
        var one = (await server.GetAsync("/api/outputs/" + list[0].GetProperty("filename").GetString())).Json;

        Assert.Equal(["success", "failed"], list.EnumerateArray().Select(o => o.GetProperty("status").GetString()));
        Assert.Equal(("echo", "success", "yes"), (one.GetProperty("pipelineId").GetString(), one.GetProperty("status").GetString(), one.GetProperty("output").GetString()));
        Assert.Equal(2, one.GetProperty("summary").GetProperty("stagesRun").GetInt32());
        foreach (var name in (string[])["x", ".json", "..%2F..%2Fetc%2Fpasswd", "echo-20261121T120000Z-01a1fa01-2b93-7a39-8c0d-df3f90ff9c1d.json", "other" + list[0].GetProperty("filename").GetString()])
            (await server.GetAsync("/api/outputs/" + name)).AssertProblem(HttpStatusCode.NotFound, "output_not_found");
    }

    [Fact]
    public async Task Time_in_the_queue_counts_for_no_duration_wherever_it_is_read()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time }, time: time, pipelines: [Some.Waits + Group, Echo + Group]);
        await server.RunAsync("waits");
        var queued = await server.RunAsync("echo", """{"input":"a"}""");
        time.Advance(TimeSpan.FromSeconds(5));
        await server.PostAsync("/api/events", """{"type":"go"}""");
        await server.EndAsync(queued);

        var state = (await server.GetAsync($"/api/executions/{queued}")).Json;
        var compared = (await server.GetAsync($"/api/executions/compare?left={queued}&right={queued}")).Json.GetProperty("left");
        var listed = (await server.GetAsync("/api/executions/history?pipeline=echo")).Json.GetProperty("executions")[0];
        var output = (await server.GetAsync("/api/outputs")).Json.EnumerateArray().Single(o => o.GetProperty("pipelineId").GetString() == "echo");

        Assert.Equal(5000, state.GetProperty("startTime").GetInt64() - state.GetProperty("createdAt").GetInt64());
        Assert.Equal(state.GetProperty("startTime").GetInt64(), compared.GetProperty("startTime").GetInt64());
        Assert.All([compared, listed, output], read => Assert.Equal(0, read.GetProperty("duration").GetDouble()));
    }
}
