using System.Buffers;
using System.Text;
using Sightglass.Core.Stages;
using Sightglass.Server.Streaming.Hubs;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>One execution over a socket: what is new comes together as the stored bytes in one message.</summary>
internal sealed class SocketSubscription(SocketSession session, ServerContext server, Guid executionId, long after, EventFilter filter)
    : LogStream(server, executionId, after, filter)
{
    private readonly byte[] _head = Encoding.ASCII.GetBytes($"{{\"type\":\"events\",\"executionId\":\"{executionId}\",\"events\":[");
    private ArrayBufferWriter<byte>? _events;
    private ReadOnlyMemory<byte> _word;
    private volatile bool _isOver;

    /// <summary>Gets whether the last word was written: its client may know it before the subscription has left.</summary>
    public bool IsOver => _isOver;

    protected override bool IsFull => _events?.WrittenCount >= ServerLimits.ViewerBatchBytes;

    protected override bool IsEmpty => _events is null && _word.IsEmpty;

    public Task RunAsync(long last, CancellationToken cancellationToken) => FollowAsync(last, cancellationToken);

    protected override void Write(FrameChunk chunk)
    {
        // The lines of a block are the items of a list but for what stands between them.
        var lines = chunk.Block.Bytes.Span[..^1];
        var target = Begin(lines.Length);
        lines.CopyTo(target);
        target[..lines.Length].Replace((byte)'\n', (byte)',');
        _events!.Advance(lines.Length);
    }

    protected override void Write(long seq, ReadOnlySpan<byte> line)
    {
        line.CopyTo(Begin(line.Length));
        _events!.Advance(line.Length);
    }

    protected override void WriteHeartbeat() =>
        _word = SocketAnswers.Word("heartbeat", ExecutionId, Cursor, static (writer, cursor) => writer.WriteNumber("seq"u8, cursor));

    protected override void WriteEnd()
    {
        _isOver = true;
        _word = SocketAnswers.Word("end", ExecutionId, (Cursor, Sent), static (writer, counts) =>
        {
            writer.WriteNumber("last"u8, counts.Cursor);
            writer.WriteNumber("sent"u8, counts.Sent);
        });
    }

    protected override bool WriteParked(StageError reason)
    {
        _word = SocketAnswers.Word("parked", ExecutionId, (Cursor, reason), static (writer, parked) =>
        {
            writer.WriteNumber("seq"u8, parked.Cursor);
            writer.WriteString("code"u8, parked.reason.Code);
            writer.WriteString("error"u8, parked.reason.Message);
        });
        return true;
    }

    protected override void WriteReset()
    {
        _isOver = true;
        _word = SocketAnswers.Word("reset", ExecutionId, 0, static (_, _) => { });
    }

    // The socket says it for all its subscriptions.
    protected override void WriteDraining()
    {
    }

    protected override async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        if (_events is { } events)
        {
            events.Write("]}"u8);
            _events = null;
            if (!await session.SendAsync(events.WrittenMemory, cancellationToken).ConfigureAwait(false)) return false;
        }

        if (_word.IsEmpty) return true;
        var word = _word;
        _word = default;
        return await session.SendAsync(word, cancellationToken).ConfigureAwait(false);
    }

    private Span<byte> Begin(int length)
    {
        if (_events is null)
        {
            _events = new ArrayBufferWriter<byte>(_head.Length + length + 2);
            _events.Write(_head);
        }
        else
        {
            _events.Write(","u8);
        }

        return _events.GetSpan(length);
    }
}
