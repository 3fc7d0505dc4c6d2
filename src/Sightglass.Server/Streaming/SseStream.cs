using Microsoft.AspNetCore.Http;
using Sightglass.Core.Stages;
using Sightglass.Server.Streaming.Hubs;

namespace Sightglass.Server.Streaming;

/// <summary>A log as server-sent events: the stored bytes behind <c>data:</c>, the sequence as <c>id:</c>.</summary>
internal sealed class SseStream(HttpContext context, ServerContext server, Guid executionId, EventQuery query)
    : LogStream(server, executionId, query.After, query.Filter, query.Viewer)
{
    private static readonly ReadOnlyMemory<byte> Lagging = "event: lagging\ndata: {}\n\n"u8.ToArray();

    private readonly ViewerWriter _writer = new(context, server);

    protected override bool IsFull => _writer.IsFull;

    protected override bool IsEmpty => _writer.IsEmpty;

    /// <summary>Streams until the end.</summary>
    /// <param name="last">A sequence that the log has reached.</param>
    public async Task RunAsync(long last)
    {
        SseHeaders.Set(context.Response);
        if (query.After > last)
        {
            // Only a viewer that comes back is let in with such a cursor: what it has seen is not in this log.
            WriteReset();
            await FlushAsync(context.RequestAborted).ConfigureAwait(false);
            return;
        }

        // The headers go out at once: until they come, a browser shows the stream as connecting.
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        if (await FlushAsync(context.RequestAborted).ConfigureAwait(false)) await FollowAsync(last, context.RequestAborted).ConfigureAwait(false);
    }

    protected override void Write(FrameChunk chunk) => _writer.Write(chunk.Sse);

    protected override void Write(long seq, ReadOnlySpan<byte> line)
    {
        _writer.Write("id: "u8);
        _writer.Write(seq);
        _writer.Write("\ndata: "u8);
        _writer.Write(line);
        _writer.Write("\n\n"u8);
    }

    // Without data a browser fires nothing and still takes the id: a viewer that filters advances too.
    protected override void WriteHeartbeat()
    {
        WriteId();
        _writer.Write("\n"u8);
    }

    protected override void WriteEnd()
    {
        WriteId();
        _writer.Write("event: end\ndata: {\"last\":"u8);
        _writer.Write(Cursor);
        _writer.Write(",\"sent\":"u8);
        _writer.Write(Sent);
        _writer.Write("}\n\n"u8);
    }

    protected override bool WriteParked(StageError reason)
    {
        WriteId();
        _writer.Write("event: parked\ndata: "u8);
        _writer.Write(ParkedJson.Of(reason));
        _writer.Write("\n\n"u8);
        return true;
    }

    // Only to who has a name, and so knows of it: frames have no names that a program would have to know.
    protected override void WriteWatching(int count)
    {
        if (query.Viewer.Length == 0) return;
        WriteId();
        _writer.Write("event: watching\ndata: {\"watching\":"u8);
        _writer.Write(count);
        _writer.Write("}\n\n"u8);
    }

    // A browser that comes back after it starts from the first event.
    protected override void WriteReset() => _writer.Write("id: 0\nevent: reset\ndata: {}\n\n"u8);

    // A browser comes back after the time it is told, with this id; not all of them at the same moment.
    protected override void WriteDraining()
    {
        WriteId();
        _writer.Write("retry: "u8);
        _writer.Write(ComeBack.AfterMilliseconds());
        _writer.Write("\n\n"u8);
    }

    protected override bool IsTakenAway() => !Server.Switch.IsOn;

    protected override async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var outcome = await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (outcome == FlushOutcome.Sent) return true;
        if (outcome == FlushOutcome.TooSlow)
        {
            ServerLog.ViewerLagging(Server.Logger, ExecutionId, Cursor);
            await _writer.CloseAsync(Lagging).ConfigureAwait(false);
        }

        return false;
    }

    private void WriteId()
    {
        _writer.Write("id: "u8);
        _writer.Write(Cursor);
        _writer.Write("\n"u8);
    }
}
