using System.Net;
using System.Text;
using Xunit;

namespace Sightglass.Server.Tests.Debugging;

public sealed class BreakpointEndpointTests
{
    private const string Chain = """
        id: chain
        stages:
          - { id: a, type: data, data: { value: "1" } }
          - { id: b, needs: [a], type: data, data: { value: "2" } }
          - { id: c, needs: [b], type: data, data: { value: "3" } }
          - { id: d, needs: [c], type: data, data: { value: "4" } }
        """;

    [Fact]
    public async Task Run_stops_at_its_breakpoints_steps_and_goes_on()
    {
        await using var server = await ServerHarness.StartAsync(Chain);
        var id = await server.RunAsync("chain", """{"breakpoints":["b"]}""");

        await StandsAtAsync(server, id, "b");
        var state = (await server.GetAsync($"/api/executions/{id}")).Json;
        Assert.Equal("paused", state.GetProperty("status").GetString());
        Assert.Equal("""["b"]""", state.GetProperty("debug").GetProperty("breakpoints").GetRawText());
        Assert.Equal("blocked", state.GetProperty("stages")[1].GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync($"/api/executions/{id}/step", "{}")).Status);
        await StandsAtAsync(server, id, "c");
        Assert.Equal("done", (await PutAsync(server, id, "d", """{"when":"before"}""")).Json.GetProperty("code").GetString());
        Assert.Equal("breakpoint_set", (await PutAsync(server, id, "d")).Json.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync($"/api/executions/{id}/resume", "{}")).Status);
        await StandsAtAsync(server, id, "d");
        Assert.Equal("done", (await server.DeleteAsync($"/api/executions/{id}/breakpoints/d")).Json.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync($"/api/executions/{id}/resume", "{}")).Status);
        await server.EndAsync(id);
        (await PutAsync(server, id, "d")).AssertProblem(HttpStatusCode.Conflict, "already_ended");
        (await server.PostAsync($"/api/executions/{id}/step", "{}")).AssertProblem(HttpStatusCode.Conflict, "already_ended");
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        await using var server = await ServerHarness.StartAsync(Chain);
        var id = await server.RunAsync("chain", """{"breakpoints":["b"]}""");
        await StandsAtAsync(server, id, "b");

        (await PutAsync(server, id, "c", """{"when":"after"}""")).AssertProblem(HttpStatusCode.BadRequest, "breakpoint_unsupported");
        (await PutAsync(server, id, "c", """{"when":1}""")).AssertProblem(HttpStatusCode.BadRequest, "breakpoint_unsupported");
        (await PutAsync(server, id, "c", """{"condition":"true"}""")).AssertProblem(HttpStatusCode.BadRequest, "breakpoint_unsupported");
        (await PutAsync(server, id, "x")).AssertProblem(HttpStatusCode.NotFound, "stage_not_found");
        (await PutAsync(server, new Guid("0197a0c2-0000-7000-8000-00000000beef"), "c")).AssertProblem(HttpStatusCode.NotFound, "execution_not_found");
        (await server.PostAsync("/api/pipelines/chain/run", """{"breakpoints":["x"]}""")).AssertProblem(HttpStatusCode.BadRequest, "breakpoint_invalid");
        (await server.PostAsync("/api/pipelines/chain/run", """{"breakpoints":"b"}""")).AssertProblem(HttpStatusCode.BadRequest, "invalid_request");
        (await server.PostAsync("/api/pipelines/chain/run", """{"breakpoints":[1]}""")).AssertProblem(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task Breakpoints_and_steps_have_one_effect_under_one_key()
    {
        await using var server = await ServerHarness.StartAsync(Chain);
        var id = await server.RunAsync("chain", """{"breakpoints":["b"]}""");
        await StandsAtAsync(server, id, "b");

        var first = await PutAsync(server, id, "d", "{}", "k");
        Assert.Equal("done", first.Json.GetProperty("code").GetString());
        Assert.Equal(first.Text, (await PutAsync(server, id, "d", "{}", "k")).Text);
        var step = await server.PostAsync($"/api/executions/{id}/step", "{}", ("Idempotency-Key", "s"));
        await StandsAtAsync(server, id, "c");
        Assert.Equal(step.Text, (await server.PostAsync($"/api/executions/{id}/step", "{}", ("Idempotency-Key", "s"))).Text);
        await StandsAtAsync(server, id, "c");
    }

    private static async Task<Answer> PutAsync(ServerHarness server, Guid id, string stage, string body = "{}", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/executions/{id}/breakpoints/{stage}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await server.SendAsync(request, key is null ? [] : [("Idempotency-Key", key)]);
    }

    private static async Task StandsAtAsync(ServerHarness server, Guid id, string stage)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var step in server.Engine.Follower.FollowAsync(id, 0, TimeSpan.FromSeconds(1), limit.Token))
        {
            if (await server.Engine.ReadStateAsync(id, s => s.Stop?.Stage) == stage) return;
            Assert.False(step.Ended, "It ended.");
        }
    }
}
