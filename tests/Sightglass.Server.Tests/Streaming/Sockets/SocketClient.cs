using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Sightglass.Server.Tests.Streaming.Sockets;

/// <summary>A client of <c>/ws</c>.</summary>
internal sealed class SocketClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();

    public ClientWebSocket Socket => _socket;

    public static Task<SocketClient> OpenAsync(ServerHarness server, params (string Name, string Value)[] headers) => OpenAsync(server, "/ws", headers);

    public static async Task<SocketClient> OpenAsync(ServerHarness server, string path, params (string Name, string Value)[] headers)
    {
        var client = new SocketClient();
        foreach (var (name, value) in headers) client._socket.Options.SetRequestHeader(name, value);
        client._socket.Options.CollectHttpResponseDetails = true;
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        await client._socket.ConnectAsync(new Uri($"ws://{server.Address.Authority}{path}"), limit.Token);
        return client;
    }

    public Task SendAsync(string json) => _socket.SendAsync(Encoding.UTF8.GetBytes(json), WebSocketMessageType.Text, true, CancellationToken.None);

    /// <summary>Sends a message and reads what comes next.</summary>
    public async Task<JsonElement> AskAsync(string json)
    {
        await SendAsync(json);
        return await NextAsync() ?? throw new InvalidDataException($"The socket was closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
    }

    /// <summary>Reads the next message; null where the socket was closed.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                if (_socket.State == WebSocketState.CloseReceived) await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
                return null;
            }

            message.Write(buffer.AsSpan(0, part.Count));
            if (part.EndOfMessage) return JsonElement.Parse(message.ToArray());
        }
    }

    /// <summary>Reads messages of one execution to its end: the events, then the last word.</summary>
    public async Task<(List<JsonElement> Events, JsonElement Word)> ReadToEndAsync(Guid id)
    {
        var events = new List<JsonElement>();
        while (await NextAsync() is { } message)
        {
            if (!message.TryGetProperty("executionId", out var of) || of.GetGuid() != id) continue;
            switch (message.GetProperty("type").GetString())
            {
                case "events":
                    events.AddRange(message.GetProperty("events").EnumerateArray());
                    break;
                case "heartbeat":
                    break;
                default:
                    return (events, message);
            }
        }

        throw new InvalidDataException($"The socket was closed: {_socket.CloseStatus} {_socket.CloseStatusDescription}");
    }

    public void Dispose() => _socket.Dispose();
}
