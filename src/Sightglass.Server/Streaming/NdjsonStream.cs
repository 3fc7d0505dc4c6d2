using Microsoft.AspNetCore.Http;
using Sightglass.Core.Stages;
using Sightglass.Server.Streaming.Hubs;

namespace Sightglass.Server.Streaming;

/// <summary>A log with one event a line: what there is, or with <c>follow</c> all to the end. It stops as well where a defect
/// has parked the execution: a line has no room for the reason, which stands in the state.</summary>
internal sealed class NdjsonStream(HttpContext context, ServerContext server, Guid executionId, EventQuery query)
    : LogStream(server, executionId, query.After, query.Filter, query.Viewer)
{
    private readonly ViewerWriter _writer = new(context, server);

    protected override bool IsFull => _writer.IsFull;

    protected override bool IsEmpty => _writer.IsEmpty;

    /// <summary>Streams until the end, or what there is.</summary>
    /// <param name="last">A sequence that the log has reached.</param>
    public async Task RunAsync(long last)
    {
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        if (!await FlushAsync(context.RequestAborted).ConfigureAwait(false)) return;
        if (query.Follow) await FollowAsync(last, context.RequestAborted).ConfigureAwait(false);
        else await ReadAsync().ConfigureAwait(false);
    }

    protected override void Write(FrameChunk chunk) => _writer.Write(chunk.Block.Bytes.Span);

    protected override void Write(long seq, ReadOnlySpan<byte> line)
    {
        _writer.Write(line);
        _writer.Write("\n"u8);
    }

    // No event has this member: a reader of events passes it by, and one that filters knows how far it is.
    protected override void WriteHeartbeat()
    {
        _writer.Write("{\"heartbeat\":"u8);
        _writer.Write(Cursor);
        _writer.Write("}\n"u8);
    }

    // That the answer is whole says it.
    protected override void WriteEnd()
    {
    }

    protected override bool WriteParked(StageError reason) => false;

    protected override void WriteReset() => context.Abort();

    // A connection that is cut says that this was not the end.
    protected override void WriteDraining() => context.Abort();

    protected override async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var outcome = await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (outcome == FlushOutcome.Sent) return true;

        // A line has no room for a word of farewell; a cut connection says that this was not the end.
        if (outcome == FlushOutcome.TooSlow)
        {
            ServerLog.ViewerLagging(Server.Logger, ExecutionId, Cursor);
            context.Abort();
        }

        return false;
    }

    private async Task ReadAsync()
    {
        var cancellationToken = context.RequestAborted;
        while (!Server.Streams.IsDraining)
        {
            var page = await Server.Streams.CatchUpAsync(ExecutionId, Cursor, cancellationToken).ConfigureAwait(false);
            if (page.Blocks.Count == 0) return;
            foreach (var block in page.Blocks)
            {
                if (!await WriteAsync(block, cancellationToken).ConfigureAwait(false)) return;
            }

            if (!IsEmpty && !await FlushAsync(cancellationToken).ConfigureAwait(false)) return;
        }

        context.Abort();
    }
}
