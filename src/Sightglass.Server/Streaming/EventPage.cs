using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;
using Sightglass.Server.Errors;

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

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _json.Write("{\"events\":["u8);
        await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (_count == 0 && !_ended && query.Wait > TimeSpan.Zero) await WaitAsync(cancellationToken).ConfigureAwait(false);
        _parked ??= _ended ? null : server.Engine.GetParked(executionId);
        var tail = Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"],\"last\":{_cursor},\"complete\":{(_ended ? "true" : "false")}"));
        _json.Write(tail);
        if (_parked is not null)
        {
            _json.Write(",\"parked\":"u8);
            _json.Write(ParkedJson.Of(_parked));
        }

        _json.Write("}"u8);
        await JsonAnswer.WriteAsync(context, _json.WrittenMemory).ConfigureAwait(false);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        while (!IsFull)
        {
            var page = await server.Engine.Store.ReadAsync(executionId, _cursor, BlockFilter.All, ReadBytes, cancellationToken).ConfigureAwait(false);
            foreach (var block in page.Blocks) Add(block);
            _ended = page.Ended && _cursor >= page.Last;
            if (page.Blocks.Count == 0) return;
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(query.Wait, server.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await foreach (var step in server.Engine.Follower.FollowAsync(executionId, _cursor, query.Wait, both.Token).ConfigureAwait(false))
            {
                foreach (var block in step.Blocks) Add(block);
                _ended = step.Ended && _cursor >= step.Last;
                _parked = step.Parked;
                if (_count > 0 || _ended || _parked is not null) return;
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Nothing came in time: an empty page says so.
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
