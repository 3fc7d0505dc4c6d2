using System.Text;
using Sightglass.Cli.Client;
using Sightglass.Cli.Commands;
using Xunit;

namespace Sightglass.Cli.Tests.Client;

public sealed class LogCursorTests
{
    [Fact]
    public void Cursor_knows_the_last_event_and_whether_it_was_the_end()
    {
        var cursor = new LogCursor(3, hasAll: true);
        cursor.Advance(Lines((4, "stage.started"), (5, "stage.output")));
        Assert.Equal((5, false), (cursor.Seq, cursor.HasEnded));
        cursor.Advance(Lines((6, "execution.failed")));
        Assert.Equal((6, true), (cursor.Seq, cursor.HasEnded));
        cursor.Advance(Lines((7, "execution.reopened")));
        Assert.False(cursor.HasEnded);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(3)]
    [InlineData(1)]
    public void Log_is_refused_when_it_does_not_go_on_where_it_was(long seq)
    {
        var refused = Assert.Throws<CommandRefusedException>(() => new LogCursor(3, hasAll: true).Advance(Lines((seq, "stage.output"))));
        Assert.Equal(ExitCodes.Refused, refused.ExitCode);
        var narrowed = new LogCursor(3, hasAll: false);
        narrowed.Advance(Lines((seq, "stage.output")));
        Assert.Equal(seq, narrowed.Seq);
    }

    private static byte[] Lines(params (long Seq, string Type)[] events) => Encoding.UTF8.GetBytes(string.Concat(events.Select(e =>
        $$"""{"seq":{{e.Seq}},"time":"2026-11-20T17:29:03.123456Z","executionId":"01a1fa01-2b93-7e79-b5bb-c70516181551","type":"{{e.Type}}","data":{"seq":99} }""" + "\n")));
}
