using System.Net;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class GroupAnswerTests
{
    private static string Grouped(string id, string whenFull) => $$"""
        id: {{id}}
        concurrency: { group: shared, whenFull: {{whenFull}} }
        stages:
          - { id: hold, type: wait, wait: { event: go } }
        """;

    [Fact]
    public async Task State_says_what_an_execution_waits_for_and_where_it_stands_in_line()
    {
        await using var server = await ServerHarness.StartAsync(Grouped("one", "queue"), Grouped("two", "queue"));
        var first = await server.RunAsync("one");
        await server.RunAsync("two");
        var third = await server.RunAsync("one");

        var state = (await server.GetAsync($"/api/executions/{third}")).Json;
        Assert.Equal("queued", state.GetProperty("status").GetString());
        Assert.Equal("""{"name":"shared","limit":1,"waiting":true,"position":2}""", state.GetProperty("group").GetRawText());
        Assert.Equal("""{"name":"shared","limit":1,"waiting":false}""", (await server.GetAsync($"/api/executions/{first}")).Json.GetProperty("group").GetRawText());
    }

    [Fact]
    public async Task Run_is_a_conflict_when_the_group_is_full_and_rejects()
    {
        await using var server = await ServerHarness.StartAsync(Grouped("one", "queue"), Grouped("two", "reject"));
        await server.RunAsync("one");

        (await server.PostAsync("/api/pipelines/two/run", "{}")).AssertProblem(HttpStatusCode.Conflict, "group_full");
        Assert.Equal(1, (await server.GetAsync("/api/executions/history")).Json.GetProperty("executions").GetArrayLength());
    }
}
