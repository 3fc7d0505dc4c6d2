using Xunit;

namespace Sightglass.Server.Tests.Streaming;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Stream_sends_every_event_and_an_end_frame_when_the_execution_ends()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunAsync("printer");
        using var viewer = await server.FollowAsync(id);
        var frames = await viewer.ReadAllAsync();
        var end = frames[^1];
        Assert.Equal("end", end.Event);
        var events = frames.Where(f => f.Event is null && f.Data is not null).ToList();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(f => f.Seq));
        Assert.All(events, f => Assert.Equal(f.Seq, f.Json.GetProperty("seq").GetInt64()));
        Assert.Equal(events.Count, end.Json.GetProperty("last").GetInt64());
        Assert.Equal(events.Count, end.Json.GetProperty("sent").GetInt64());
    }
}
