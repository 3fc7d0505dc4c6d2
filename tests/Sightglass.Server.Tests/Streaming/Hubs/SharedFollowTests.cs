using Sightglass.Core.Ports;
using Sightglass.Tests;
using Xunit;

namespace Sightglass.Server.Tests.Streaming.Hubs;

public sealed class SharedFollowTests
{
    [Fact]
    public async Task Store_is_asked_once_a_second_however_many_watch_an_execution()
    {
        const int Viewers = 50;
        const int Looks = 10;
        var time = new ManualTime();
        var store = new CountingStore();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time, SlowViewer = TimeSpan.FromDays(1) }, store, time, Some.Waits);
        var id = await server.RunAsync("waits");
        await server.GetAsync($"/api/executions/{id}/events?types=stage.waiting&wait=30");
        var viewers = new List<SseReader>();
        for (var i = 0; i < Viewers; i++)
        {
            viewers.Add(await server.FollowAsync(id));
            while ((await viewers[^1].NextAsync())!.Json.GetProperty("type").GetString() != "stage.waiting")
            {
            }
        }

        var before = store.Reads;
        var next = viewers.ConvertAll(v => v.NextAsync());
        var seconds = 0;
        while (store.Reads - before < Looks)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            seconds++;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        Assert.InRange(store.Reads - before, Looks, seconds + 1);
        await server.PostAsync("/api/events", """{"type":"go"}""");
        Assert.All(await Task.WhenAll(next), f => Assert.NotNull(f));
        viewers.ForEach(v => v.Dispose());
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
