using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;
using Sightglass.Server.Errors;
using Sightglass.Server.Streaming.Hubs;

namespace Sightglass.Server.Streaming;

/// <summary>A page of a log as one JSON object, with a wait for the first event where one is asked for.</summary>
internal sealed class EventPage(HttpContext context, ServerContext server, Guid executionId, EventQuery query)
{
    private const int ReadBytes = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _json = new(4096);
    private long _cursor = query.After;
    private int _count;
    private bool _ended;
    private StageError? _parked;

    private bool IsFull => _count >= query.Limit || _json.WrittenCount >= ServerLimits.MaxPageBytes;

    /// <summary>Answers with the page.</summary>
    /// <param name="last">A sequence that the log has reached.</param>
    public async Task RunAsync(long last)
    {
        _json.Write("{\"events\":["u8);
        await ReadAsync().ConfigureAwait(false);
        if (_count == 0 && !_ended && query.Wait > TimeSpan.Zero)
        {
            await WaitAsync(last).ConfigureAwait(false);
            if (_count == 0 && server.Streams.IsDraining)
            {
                await new ApiProblem(503, "stopping", "The server is stopping; ask again.").WriteAsync(context).ConfigureAwait(false);
                return;
            }
        }

        _parked ??= _ended ? null : server.Engine.GetParked(executionId);
        _json.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"],\"last\":{_cursor},\"complete\":{(_ended ? "true" : "false")}")));
        if (_parked is not null)
        {
            _json.Write(",\"parked\":"u8);
            _json.Write(ParkedJson.Of(_parked));
        }

        _json.Write("}"u8);
        await JsonAnswer.WriteAsync(context, _json.WrittenMemory).ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        while (!IsFull)
        {
            var page = await server.Engine.Store.ReadAsync(executionId, _cursor, BlockFilter.All, ReadBytes, context.RequestAborted).ConfigureAwait(false);
            foreach (var block in page.Blocks) Add(block);
            _ended = page.Ended && _cursor >= page.Last;
            if (page.Blocks.Count == 0) return;
        }
    }

    /// <summary>Waits at the hub, which asks the store for all who wait.</summary>
    private async Task WaitAsync(long last)
    {
        var viewer = server.Streams.Join(executionId, last, watcher: null);
        viewer.QuietSince = long.MaxValue;
        using var limit = new CancellationTokenSource(query.Wait, server.Time);
        await using var isOver = limit.Token.UnsafeRegister(static viewer => ((ExecutionViewer)viewer!).Cancel(), viewer).ConfigureAwait(false);
        await using var hasLeft = context.RequestAborted.UnsafeRegister(static viewer => ((ExecutionViewer)viewer!).Cancel(), viewer).ConfigureAwait(false);
        try
        {
            while (!viewer.IsCancelled && !server.Streams.IsDraining)
            {
                var seen = viewer.Version;
                var state = viewer.Hub.State;
                while (!IsFull && viewer.Next(_cursor, out var isBehind) is var chunk)
                {
                    if (chunk is not null) Add(chunk.Block);
                    else if (isBehind) await ReadAsync().ConfigureAwait(false);
                    else break;
                }

                _ended = state.Ended && _cursor == state.Last;
                _parked = state.Parked;
                if (_count > 0 || _ended || _parked is not null || state.Gone) return;
                await viewer.WaitAsync(seen).ConfigureAwait(false);
            }
        }
        finally
        {
            server.Streams.Leave(viewer);
        }
    }

    private void Add(EventBlock block)
    {
        var lines = new BlockLines(block, _cursor);
        while (!IsFull && lines.MoveNext())
        {
            _cursor = lines.Seq;
            if (!query.Filter.Fits(lines.Line)) continue;
            if (_count++ > 0) _json.Write(","u8);
            _json.Write(lines.Line);
        }
    }
}
