using Microsoft.AspNetCore.Http;
using Sightglass.Core.Ports;

namespace Sightglass.Server.Streaming;

/// <summary>A log with one event a line: what there is, or with <c>follow</c> all to the end. It stops as well where a defect
/// has parked the execution: a line has no room for the reason, which stands in the state.</summary>
internal sealed class NdjsonStream(HttpContext context, ServerContext server, Guid executionId, EventQuery query)
{
    private const int PageBytes = 256 * 1024;

    private readonly ViewerWriter _writer = new(context, server);
    private long _cursor = query.After;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.StartAsync(cancellationToken).ConfigureAwait(false);
        if (await _writer.FlushAsync(cancellationToken).ConfigureAwait(false) != FlushOutcome.Sent) return;
        if (query.Follow)
        {
            await foreach (var step in server.Engine.Follower.FollowAsync(executionId, _cursor, server.Options.Heartbeat, cancellationToken).ConfigureAwait(false))
            {
                if (!await WriteAsync(step.Blocks, cancellationToken).ConfigureAwait(false) || step.Ended || step.Parked is not null) return;
            }
        }

        while (true)
        {
            var page = await server.Engine.Store.ReadAsync(executionId, _cursor, BlockFilter.All, PageBytes, cancellationToken).ConfigureAwait(false);
            if (page.Blocks.Count == 0 || !await WriteAsync(page.Blocks, cancellationToken).ConfigureAwait(false)) return;
        }
    }

    private async ValueTask<bool> WriteAsync(IReadOnlyList<EventBlock> blocks, CancellationToken cancellationToken)
    {
        foreach (var block in blocks)
        {
            while (_cursor < block.LastSeq)
            {
                WriteLines(block);
                if (_writer.IsFull && !await FlushAsync(cancellationToken).ConfigureAwait(false)) return false;
            }
        }

        return _writer.IsEmpty || await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private void WriteLines(EventBlock block)
    {
        var lines = new BlockLines(block, _cursor);
        while (!_writer.IsFull && lines.MoveNext())
        {
            _cursor = lines.Seq;
            if (!query.Filter.Fits(lines.Line)) continue;
            _writer.Write(lines.Line);
            _writer.Write("\n"u8);
        }
    }

    private async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var outcome = await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (outcome == FlushOutcome.Sent) return true;

        // A line has no room for a word of farewell; a cut connection says that this was not the end.
        if (outcome == FlushOutcome.TooSlow)
        {
            ServerLog.ViewerLagging(server.Logger, executionId, _cursor);
            context.Abort();
        }

        return false;
    }
}
