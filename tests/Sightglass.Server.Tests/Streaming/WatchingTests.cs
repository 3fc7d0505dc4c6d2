using System.Globalization;
using Xunit;

namespace Sightglass.Server.Tests.Streaming;

public sealed class WatchingTests
{
    [Fact]
    public async Task Viewers_are_told_how_many_watch_when_others_come_and_go()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var ada = await server.FollowAsync(id, "?viewer=ada");
        Assert.Equal(1, await NextAsync(ada));
        using (var bob = await server.FollowAsync(id, "?viewer=bob"))
        {
            Assert.Equal(2, await NextAsync(ada));
            Assert.Equal(2, await LastAsync(bob, 2));
        }

        Assert.Equal(1, await NextAsync(ada));
    }

    [Fact]
    public async Task Viewer_counts_once_when_its_connection_was_lost_and_opened_anew()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var ada = await server.FollowAsync(id, "?viewer=ada");
        using var again = await server.FollowAsync(id, "?viewer=ada");
        Assert.Equal(1, await NextAsync(ada));
        using var bob = await server.FollowAsync(id, "?viewer=bob");
        Assert.Equal(2, await NextAsync(ada));
        Assert.Equal(2, await LastAsync(again, 2));
    }

    [Fact]
    public async Task Stream_without_a_name_counts_and_is_told_nothing()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var nameless = await server.FollowAsync(id);
        using var ada = await server.FollowAsync(id, "?viewer=ada");
        Assert.Equal(2, await LastAsync(ada, 2));
        await server.PostAsync("/api/events", """{"type":"go"}""");
        Assert.DoesNotContain(await nameless.ReadAllAsync(), f => f.Event == "watching");
    }

    [Fact]
    public async Task Watching_is_no_part_of_the_log_and_moves_no_cursor()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        using var ada = await server.FollowAsync(id, "?viewer=ada");
        var frames = new List<SseFrame>();
        while (frames.All(f => f.Event != "watching")) frames.Add((await ada.NextAsync())!);
        await server.PostAsync("/api/events", """{"type":"go"}""");
        frames.AddRange(await ada.ReadAllAsync());
        var last = (await server.GetAsync($"/api/executions/{id}")).Json.GetProperty("seq").GetInt64();
        Assert.Equal(Enumerable.Range(1, (int)last).Select(n => (long)n), frames.Where(f => f.Event is null && f.Data is not null).Select(f => f.Seq));
        Assert.Equal(last, frames[^1].Json.GetProperty("sent").GetInt64());
    }

    [Fact]
    public async Task Name_that_is_too_long_is_refused()
    {
        await using var server = await ServerHarness.StartAsync(Some.Waits);
        var id = await server.RunAsync("waits");
        var answer = await server.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/api/executions/{id}/events?viewer={new string('x', 65)}"));
        Assert.Equal("invalid_query", answer.Json.GetProperty("code").GetString());
    }

    private static async Task<int> NextAsync(SseReader viewer)
    {
        while (await viewer.NextAsync() is { } frame)
        {
            if (frame.Event == "watching") return frame.Json.GetProperty("watching").GetInt32();
        }

        throw new InvalidOperationException("The stream has ended.");
    }

    /// <summary>Reads until so many watch; the number before may be told first.</summary>
    private static async Task<int> LastAsync(SseReader viewer, int count)
    {
        var told = await NextAsync(viewer);
        return told == count ? told : await NextAsync(viewer);
    }
}
