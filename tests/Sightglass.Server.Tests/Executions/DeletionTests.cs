using System.Net;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class DeletionTests
{
    [Fact]
    public async Task Deleted_execution_is_gone_from_every_route()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var id = await server.RunToEndAsync("hello", """{"input":"Ada"}""");
        var kept = await server.RunToEndAsync("hello", """{"input":"Bob"}""");
        var answer = await server.DeleteAsync($"/api/executions/{id}?reason=asked%20for");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(1, answer.Json.GetProperty("executions").GetInt32());
        foreach (var route in new[] { "", "/events", "/output/greet" })
        {
            var gone = await server.GetAsync($"/api/executions/{id}{route}");
            Assert.Equal((HttpStatusCode.Gone, "execution_deleted"), (gone.Status, gone.Code));
            Assert.Contains("asked for", gone.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        var command = await server.PostAsync($"/api/executions/{id}/retry");
        Assert.Equal((HttpStatusCode.Gone, "execution_deleted"), (command.Status, command.Code));
        Assert.Equal(HttpStatusCode.Gone, (await server.DeleteAsync($"/api/executions/{id}")).Status);
        var left = (await server.GetAsync("/api/executions/history")).Json.GetProperty("executions");
        Assert.Equal(kept, Assert.Single(left.EnumerateArray()).GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("POST", "retry")]
    [InlineData("GET", "state?at=2")]
    public async Task Execution_that_is_deleted_while_it_is_read_is_gone(string method, string route)
    {
        // Its plan is too large for an event, and stands apart from the log.
        var stages = Enumerable.Range(0, 1000).Select(n => $"  - {{ id: stage-with-a-name-{n}, type: data, data: {{ value: \"1 / 0\" }} }}\n");
        var store = new VanishingStore();
        await using var server = await ServerHarness.StartAsync(store: store, pipelines: "id: fails\nstages:\n" + string.Concat(stages));
        var id = await server.RunToEndAsync("fails");
        store.Vanishes = id;
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/executions/{id}/{route}");

        (await server.SendAsync(request)).AssertProblem(HttpStatusCode.Gone, "execution_deleted");
    }

    [Fact]
    public async Task Execution_that_has_not_ended_is_not_deleted()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        var answer = await server.DeleteAsync($"/api/executions/{id}");

        Assert.Equal((HttpStatusCode.Conflict, "not_ended"), (answer.Status, answer.Code));
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync($"/api/executions/{id}")).Status);
    }

    [Theory]
    [InlineData("0197a0c2-0000-7000-8000-000000000000")]
    [InlineData("nonsense")]
    public async Task Unknown_execution_is_not_found(string id)
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var answer = await server.DeleteAsync($"/api/executions/{id}");

        Assert.Equal((HttpStatusCode.NotFound, "execution_not_found"), (answer.Status, answer.Code));
    }
}
