using System.Buffers;
using System.Net.WebSockets;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>Reads whole messages of a socket; one that is too long, or is no text, ends it.</summary>
internal sealed class SocketReader(WebSocket socket)
{
    /// <summary>Gets with what the socket is to be closed, once nothing more is read.</summary>
    public WebSocketCloseStatus CloseStatus { get; private set; } = WebSocketCloseStatus.NormalClosure;

    public string CloseReason { get; private set; } = "";

    /// <summary>Reads the next message; nothing where the socket is to be closed.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        // Who sends nothing holds no buffer.
        var first = await socket.ReceiveAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
        if (first.MessageType == WebSocketMessageType.Close) return null;
        var message = new ArrayBufferWriter<byte>(1024);
        while (true)
        {
            var part = await socket.ReceiveAsync(message.GetMemory(1024), cancellationToken).ConfigureAwait(false);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            if (part.MessageType == WebSocketMessageType.Binary) return End(WebSocketCloseStatus.InvalidMessageType, "messages are texts");
            message.Advance(part.Count);
            if (message.WrittenCount > StreamLimits.MaxMessageBytes) return End(WebSocketCloseStatus.MessageTooBig, $"a message has at most {StreamLimits.MaxMessageBytes} bytes");
            if (part.EndOfMessage) return message.WrittenMemory;
        }
    }

    /// <summary>Says with what the socket is to be closed.</summary>
    public void Close(WebSocketCloseStatus status, string reason)
    {
        CloseStatus = status;
        CloseReason = reason;
    }

    /// <summary>Passes over what is still sent after we have closed: a connection that is cut with something unread takes the
    /// close, which says why, along with it.</summary>
    public async Task DrainAsync(TimeProvider time)
    {
        if (socket.State != WebSocketState.CloseSent) return;
        using var limit = new CancellationTokenSource(ServerLimits.LastWord, time);
        var buffer = new byte[4096];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), limit.Token).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
                // It comes too late.
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It went, or goes on for ever.
        }
    }

    private ReadOnlyMemory<byte>? End(WebSocketCloseStatus status, string reason)
    {
        Close(status, reason);
        return null;
    }
}
