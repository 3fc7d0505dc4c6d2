using System.Text;
using System.Text.Json;
using Sightglass.Server.Tests.Streaming.Sockets;
using Xunit;

namespace Sightglass.Server.Tests.Streaming;

/// <summary>What stages print to break a stream, a terminal or a page: it arrives as text, and nothing else does.</summary>
public sealed class HostileOutputTests
{
    // NUL, half of characters, colours and titles of terminals, markup, and what looks like frames.
    private const string Hostile = """
        id: hostile
        stages:
          - id: print
            type: shell
            shell: { run: "printf 'a\\000b\\377\\376c\\033[31md\\033]0;title\\007<script>alert(1)</script>\\r\\rid: 99\\ndata: x\\n\\nevent: end\\r\\n\\342\\200\\250\"\\\\\\n'" }
        """;

    private const string Expected = "a\0b\uFFFD\uFFFDc\u001b[31md\u001b]0;title\a<script>alert(1)</script>\r\rid: 99\ndata: x\n\nevent: end\r\n\u2028\"\\\n";

    private const string Line = """
        id: line
        stages:
          - id: print
            type: shell
            shell: { run: "head -c 100000000 /dev/zero | tr '\\000' x" }
        """;

    [Fact]
    public async Task Hostile_output_arrives_as_text_over_every_transport()
    {
        await using var server = await ServerHarness.StartAsync(Hostile);
        var id = await server.RunToEndAsync("hostile");
        using var viewer = await server.FollowAsync(id);
        var frames = await viewer.ReadAllAsync();
        Assert.Equal(frames.Count - 1, frames.Count(f => f.Event is null && f.Seq == f.Json.GetProperty("seq").GetInt64()));
        Assert.Equal(Expected, Printed(frames.SkipLast(1).Select(f => f.Json)));

        var lines = (await server.GetAsync($"/api/executions/{id}/events", ("Accept", "application/x-ndjson"))).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Expected, Printed(lines.Select(l => JsonElement.Parse(l))));
        Assert.Equal(Expected, Printed((await server.GetAsync($"/api/executions/{id}/events")).Json.GetProperty("events").EnumerateArray()));

        using var socket = await SocketClient.OpenAsync(server);
        await socket.AskAsync($$"""{"type":"subscribe","executionId":"{{id}}","after":0}""");
        Assert.Equal(Expected, Printed((await socket.ReadToEndAsync(id)).Events));
    }

    [Fact]
    public async Task Line_of_a_hundred_megabytes_arrives_in_pieces_none_of_which_is_large()
    {
        await using var server = await ServerHarness.StartAsync(Line);
        var id = await server.RunAsync("line");
        using var viewer = await server.FollowAsync(id, "?types=stage.output");
        var bytes = 0L;
        SseFrame? frame;
        while ((frame = await viewer.NextAsync()) is { Event: null })
        {
            if (frame.Data is null) continue;
            Assert.True(frame.Data.Length <= 64 * 1024, $"A frame of {frame.Data.Length} characters.");
            var data = frame.Json.GetProperty("data");
            Assert.Equal(bytes, data.GetProperty("offset").GetInt64());
            bytes += data.GetProperty("text").GetString()!.Length;
        }

        Assert.Equal("end", frame?.Event);
        Assert.Equal(100_000_000, bytes);
    }

    private static string Printed(IEnumerable<JsonElement> events)
    {
        var text = new StringBuilder();
        foreach (var e in events)
        {
            if (e.GetProperty("type").ValueEquals("stage.output"u8)) text.Append(e.GetProperty("data").GetProperty("text").GetString());
        }

        return text.ToString();
    }
}
