using Microsoft.AspNetCore.Http;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;

namespace Sightglass.Server.Streaming;

/// <summary>A log as server-sent events: the stored bytes behind <c>data:</c>, the sequence as <c>id:</c>.</summary>
internal sealed class SseStream(HttpContext context, ServerContext server, Guid executionId, EventQuery query)
{
    private static readonly ReadOnlyMemory<byte> Lagging = "event: lagging\ndata: {}\n\n"u8.ToArray();

    private readonly ViewerWriter _writer = new(context, server);
    private long _cursor = query.After;
    private long _sent;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers["X-Accel-Buffering"] = "no";

        // The headers go out at once: until they come, a browser shows the stream as connecting.
        await context.Response.StartAsync(cancellationToken).ConfigureAwait(false);
        if (await _writer.FlushAsync(cancellationToken).ConfigureAwait(false) != FlushOutcome.Sent) return;
        var heartbeat = server.Options.Heartbeat;
        var quietSince = server.Time.GetTimestamp();
        await foreach (var step in server.Engine.Follower.FollowAsync(executionId, _cursor, heartbeat, cancellationToken).ConfigureAwait(false))
        {
            var sentBefore = _sent;
            foreach (var block in step.Blocks)
            {
                if (!await WriteAsync(block, cancellationToken).ConfigureAwait(false)) return;
            }

            _cursor = Math.Max(_cursor, step.Last);
            if (step.Ended) WriteEnd();
            else if (step.Parked is { } parked) WriteParked(parked);
            else if (_sent == sentBefore && (step.Blocks.Count == 0 || server.Time.GetElapsedTime(quietSince) >= heartbeat)) WriteHeartbeat();
            if (!_writer.IsEmpty)
            {
                if (!await FlushAsync(cancellationToken).ConfigureAwait(false)) return;
            }

            if (_sent > sentBefore || step.Blocks.Count == 0) quietSince = server.Time.GetTimestamp();
            if (step.Ended) return;
        }
    }

    private async ValueTask<bool> WriteAsync(EventBlock block, CancellationToken cancellationToken)
    {
        while (_cursor < block.LastSeq)
        {
            WriteFrames(block);
            if (_writer.IsFull && !await FlushAsync(cancellationToken).ConfigureAwait(false)) return false;
        }

        return true;
    }

    /// <summary>Writes the frames of a block up to the point where a flush is due.</summary>
    private void WriteFrames(EventBlock block)
    {
        var lines = new BlockLines(block, _cursor);
        while (!_writer.IsFull && lines.MoveNext())
        {
            _cursor = lines.Seq;
            if (!query.Filter.Fits(lines.Line)) continue;
            _writer.Write("id: "u8);
            _writer.Write(lines.Seq);
            _writer.Write("\ndata: "u8);
            _writer.Write(lines.Line);
            _writer.Write("\n\n"u8);
            _sent++;
        }
    }

    // Without data a browser fires nothing and still takes the id: a viewer that filters advances too.
    private void WriteHeartbeat()
    {
        _writer.Write("id: "u8);
        _writer.Write(_cursor);
        _writer.Write("\n\n"u8);
    }

    private void WriteEnd()
    {
        _writer.Write("id: "u8);
        _writer.Write(_cursor);
        _writer.Write("\nevent: end\ndata: {\"last\":"u8);
        _writer.Write(_cursor);
        _writer.Write(",\"sent\":"u8);
        _writer.Write(_sent);
        _writer.Write("}\n\n"u8);
    }

    // The log has not ended, so neither does the stream: another process may take the execution up.
    private void WriteParked(StageError reason)
    {
        _writer.Write("id: "u8);
        _writer.Write(_cursor);
        _writer.Write("\nevent: parked\ndata: "u8);
        _writer.Write(ParkedJson.Of(reason));
        _writer.Write("\n\n"u8);
    }

    private async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var outcome = await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (outcome == FlushOutcome.Sent) return true;
        if (outcome == FlushOutcome.TooSlow)
        {
            ServerLog.ViewerLagging(server.Logger, executionId, _cursor);
            await _writer.CloseAsync(Lagging).ConfigureAwait(false);
        }

        return false;
    }
}
