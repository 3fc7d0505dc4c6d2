using System.Text.Json;
using Xunit;

namespace Sightglass.Server.Tests.Streaming;

/// <summary>What viewers hear of an execution that a defect has parked: its log has not ended, and nothing more comes.</summary>
public sealed class ParkedStreamTests
{
    [Fact]
    public async Task Every_viewer_hears_the_reason_when_an_execution_is_parked()
    {
        await using var server = await ServerHarness.StartAsync(new NoDice("No dice."), Some.Printer);
        var id = await server.RunAsync("printer");
        using var viewer = await server.FollowAsync(id);
        SseFrame? frame;
        var last = 0L;
        while ((frame = await viewer.NextAsync()) is { Event: null })
        {
            if (frame.Data is not null) last = frame.Seq;
        }

        Assert.Equal(("parked", last), (frame?.Event, frame!.Seq));
        AssertReason(frame.Json);

        // It goes on to the end of the log, which need not be all of the execution.
        using var response = await server.OpenAsync($"/api/executions/{id}/events?follow=true", "application/x-ndjson");
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(last, lines.Length);

        AssertReason((await server.GetAsync($"/api/executions/{id}/events?after={last}&wait=30")).Json.GetProperty("parked"));
        var state = (await server.GetAsync($"/api/executions/{id}")).Json;
        Assert.Equal("running", state.GetProperty("status").GetString());
        AssertReason(state.GetProperty("parked"));
    }

    [Fact]
    public async Task Nothing_is_said_of_parking_when_an_execution_runs_or_has_ended()
    {
        await using var server = await ServerHarness.StartAsync(Some.Printer);
        var id = await server.RunToEndAsync("printer");

        Assert.False((await server.GetAsync($"/api/executions/{id}")).Json.TryGetProperty("parked", out _));
        Assert.False((await server.GetAsync($"/api/executions/{id}/events")).Json.TryGetProperty("parked", out _));
    }

    private static void AssertReason(JsonElement reason)
    {
        Assert.Equal("internal_error", reason.GetProperty("code").GetString());
        Assert.Contains("No dice", reason.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
