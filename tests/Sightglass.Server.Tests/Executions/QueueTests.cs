using Xunit;

namespace Sightglass.Server.Tests.Executions;

public sealed class QueueTests
{
    [Fact]
    public async Task Workers_tell_what_each_runs_until_it_has_ended()
    {
        var (entered, release) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var server = await ServerHarness.StartAsync("id: slow\nstages:\n  - id: hold\n    type: code\n    code: { name: hold }\n");
        server.Code.Register("hold", async _ =>
        {
            entered.TrySetResult();
            await release.Task;
            return 1;
        });

        var id = await server.RunAsync("slow");
        await entered.Task.WaitAsync(ServerHarness.Limit);
        var worker = (await server.GetAsync("/api/workers")).Json.GetProperty("workers")[0];
        var stats = (await server.GetAsync("/api/queue/stats")).Json;
        release.SetResult();
        await server.EndAsync(id);

        var work = Assert.Single(worker.GetProperty("running").EnumerateArray());
        Assert.Equal((id, "hold", 1), (work.GetProperty("executionId").GetGuid(), work.GetProperty("stage").GetString(), work.GetProperty("attempt").GetInt32()));
        Assert.Equal((1, 1), (worker.GetProperty("busy").GetInt32(), stats.GetProperty("busy").GetInt32()));
        Assert.Equal(stats.GetProperty("slots").GetInt32() - 1, stats.GetProperty("free").GetInt32());
        Assert.Equal(["urgent", "high", "medium", "low"], stats.GetProperty("lanes").EnumerateArray().Select(l => l.GetProperty("lane").GetString()));
        Assert.Empty((await server.GetAsync("/api/workers")).Json.GetProperty("workers")[0].GetProperty("running").EnumerateArray());
    }
}
