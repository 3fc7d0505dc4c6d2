using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sightglass.Server.Access;

namespace Sightglass.Server.Streaming.Overview;

/// <summary>The overview as server-sent events to one viewer, who gets what concerns the executions that it may see.</summary>
internal sealed class FeedStream(HttpContext context, ServerContext server)
{
    private static readonly ReadOnlyMemory<byte> Lagging = "event: lagging\ndata: {}\n\n"u8.ToArray();

    private readonly OverviewHub _hub = server.Streams.Overview;
    private readonly ViewerWriter _writer = new(context, server);
    private readonly Caller _caller = context.Caller();
    private long _number;
    private long _resets;

    public async Task RunAsync()
    {
        SseHeaders.Set(context.Response);
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        if (!await FlushAsync().ConfigureAwait(false)) return;
        var viewer = _hub.Join();
        await using var left = context.RequestAborted.UnsafeRegister(static viewer => ((OverviewViewer)viewer!).Cancel(), viewer).ConfigureAwait(false);
        try
        {
            Begin();
            viewer.QuietSince = server.Time.GetTimestamp();
            while (!viewer.IsCancelled)
            {
                var seen = viewer.Version;
                await PassOnAsync().ConfigureAwait(false);
                var isLast = server.Streams.IsDraining || !server.Switch.IsOn;
                if (isLast) WriteId($"retry: {ComeBack.AfterMilliseconds()}\n\n");
                else if (_writer.IsEmpty && server.Time.GetElapsedTime(viewer.QuietSince) >= server.Options.Heartbeat) WriteId("\n");
                if (!_writer.IsEmpty)
                {
                    viewer.QuietSince = server.Time.GetTimestamp();
                    if (!await FlushAsync().ConfigureAwait(false)) return;
                }

                if (isLast) return;
                await viewer.WaitAsync(seen).ConfigureAwait(false);
            }
        }
        finally
        {
            _hub.Leave(viewer);
        }
    }

    /// <summary>Takes up where a viewer left that comes back, and says so where that is not known any more.</summary>
    private void Begin()
    {
        _resets = _hub.Resets;
        _number = _hub.Next;
        var given = context.Request.Headers["Last-Event-ID"].ToString();
        if (given.Length == 0)
        {
            WriteId("\n");
            return;
        }

        var parts = given.Split('-');
        if (parts.Length == 2 && parts[0] == _hub.Epoch && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last) && last < _number)
            _number = last + 1;
        else
            WriteReset();
    }

    private async ValueTask PassOnAsync()
    {
        if (_hub.Resets is var resets && resets != _resets)
        {
            _resets = resets;
            _number = _hub.Next;
            WriteReset();
        }

        while (_number < _hub.Next)
        {
            if (_hub.Get(_number) is not { } frame)
            {
                // It came too late for what it has not seen.
                _number = _hub.Next;
                WriteReset();
                continue;
            }

            _number++;
            if (frame.Organization != _caller.Organization || _caller.RoleOn(frame.PipelineId) == Role.None) continue;
            _writer.Write(frame.Bytes.Span);
            if (_writer.IsFull && !await FlushAsync().ConfigureAwait(false)) return;
        }
    }

    private void WriteReset() => WriteId("event: reset\ndata: {}\n\n");

    // The id of the last frame that it has seen, or needs no more.
    private void WriteId(string rest) => _writer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {_hub.Epoch}-{_number - 1}\n{rest}")));

    private async ValueTask<bool> FlushAsync()
    {
        var outcome = await _writer.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        if (outcome == FlushOutcome.TooSlow) await _writer.CloseAsync(Lagging).ConfigureAwait(false);
        return outcome == FlushOutcome.Sent;
    }
}
