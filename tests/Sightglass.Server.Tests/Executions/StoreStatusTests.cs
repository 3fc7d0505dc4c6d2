using System.Net;
using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class StoreStatusTests
{
    [Fact]
    public async Task Status_says_that_the_store_is_well()
    {
        await using var server = await ServerHarness.StartAsync(Some.Hello);
        var status = (await server.GetAsync("/api/config/status")).Json;

        Assert.True(status.GetProperty("store").GetProperty("ok").GetBoolean());
        Assert.True(status.GetProperty("hasApiKey").GetBoolean());
        Assert.True(status.GetProperty("flags").GetProperty("ENABLE_EXECUTION_STREAMING").GetBoolean());
        Assert.False(status.GetProperty("cliTools").GetProperty("claude").GetProperty("available").GetBoolean());
    }

    [Fact]
    public async Task Status_says_why_executions_wait_and_state_can_be_read_meanwhile()
    {
        await using var store = new FullDisk();
        await using var server = await ServerHarness.StartAsync(store: store, pipelines: [Some.Approval]);
        var id = await server.RunAsync("approval");
        store.IsFull = true;
        var answer = server.PostAsync($"/api/executions/{id}/approve", """{"stage":"ask"}""");
        while (server.Engine.StoreTrouble is null) await Task.Yield();

        var told = (await server.GetAsync("/api/config/status")).Json.GetProperty("store");
        Assert.False(told.GetProperty("ok").GetBoolean());
        Assert.Equal("disk_full", told.GetProperty("code").GetString());
        Assert.Equal("queued", (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("status").GetString());
        store.IsFull = false;
        Assert.Equal(HttpStatusCode.OK, (await answer).Status);
        await server.EndAsync(id);
        Assert.True((await server.GetAsync("/api/config/status")).Json.GetProperty("store").GetProperty("ok").GetBoolean());
    }
}
