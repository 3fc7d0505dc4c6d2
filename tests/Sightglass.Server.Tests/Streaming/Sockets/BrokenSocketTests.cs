using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Sightglass.Server.Streaming;
using Xunit;

namespace Sightglass.Server.Tests.Streaming.Sockets;

/// <summary>Clients that break the protocol, say too much, or do not read.</summary>
public sealed class BrokenSocketTests
{
    [Fact]
    public async Task Socket_is_closed_when_a_message_is_too_large()
    {
        await using var server = await ServerHarness.StartAsync();
        using var socket = await SocketClient.OpenAsync(server);
        await socket.SendAsync($$"""{"type":"ping","x":"{{new string('x', 70_000)}}"}""");
        Assert.Null(await socket.NextAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, socket.Socket.CloseStatus);
    }

    [Fact]
    public async Task Socket_is_closed_when_a_message_is_no_text()
    {
        await using var server = await ServerHarness.StartAsync();
        using var socket = await SocketClient.OpenAsync(server);
        await socket.Socket.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary, true, CancellationToken.None);
        Assert.Null(await socket.NextAsync());
        Assert.Equal(WebSocketCloseStatus.InvalidMessageType, socket.Socket.CloseStatus);
    }

    [Fact]
    public async Task Messages_are_refused_and_the_socket_is_closed_when_there_are_too_many_a_second()
    {
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time });
        using var socket = await SocketClient.OpenAsync(server);
        for (var i = 0; i < StreamLimits.MessageBurst; i++) Assert.Equal("pong", await TypeAsync());
        Assert.Equal("error", await TypeAsync());

        // A second makes good for as many as may come in it, less the one that was refused.
        time.Advance(TimeSpan.FromSeconds(1));
        for (var i = 1; i < StreamLimits.MessagesPerSecond; i++) Assert.Equal("pong", await TypeAsync());
        for (var i = 0; i < StreamLimits.RefusedMessages; i++)
        {
            var refused = await socket.AskAsync("""{"type":"ping","ref":7}""");
            Assert.Equal((429, "too_many_messages", 7), (refused.GetProperty("status").GetInt32(), refused.GetProperty("code").GetString(), refused.GetProperty("ref").GetInt32()));
        }

        await socket.SendAsync("""{"type":"ping"}""");
        Assert.Null(await socket.NextAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.Socket.CloseStatus);
        Assert.StartsWith("too_many_messages", socket.Socket.CloseStatusDescription, StringComparison.Ordinal);

        async Task<string?> TypeAsync() => (await socket.AskAsync("""{"type":"ping"}""")).GetProperty("type").GetString();
    }

    [Fact]
    public async Task Log_stream_is_closed_when_its_client_floods_it()
    {
        await using var server = await ServerHarness.StartAsync(o => o with { Time = new ManualTime() }, pipelines: Some.Waits);
        using var socket = await SocketClient.OpenAsync(server, $"/ws/executions/{await server.RunAsync("waits")}/logs");
        for (var i = 0; i <= StreamLimits.MessageBurst + StreamLimits.RefusedMessages; i++) await socket.SendAsync("x");
        while (await socket.NextAsync() is not null)
        {
            // What was printed comes first.
        }

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.Socket.CloseStatus);
        Assert.StartsWith("too_many_messages", socket.Socket.CloseStatusDescription, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 0x83, 0x80, 1, 2, 3, 4 })] // no such opcode
    [InlineData(new byte[] { 0xF1, 0x80, 1, 2, 3, 4 })] // reserved bits
    [InlineData(new byte[] { 0x80, 0x80, 1, 2, 3, 4 })] // goes on with nothing
    [InlineData(new byte[] { 0x09, 0x80, 1, 2, 3, 4 })] // half a ping
    [InlineData(new byte[] { 0x89, 0xFE, 0x01, 0x00, 1, 2, 3, 4 })] // a ping of 256 bytes
    [InlineData(new byte[] { 0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3, 4 })] // a length below zero
    [InlineData(new byte[] { 0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28 })] // no UTF-8
    [InlineData(new byte[] { 0x88, 0x81, 0, 0, 0, 0, 1 })] // half a status of a close
    public async Task Socket_is_closed_and_the_server_goes_on_when_a_frame_is_broken(byte[] frame)
    {
        await using var server = await ServerHarness.StartAsync();
        using var socket = await UpgradeAsync(server);
        await socket.SendAsync(frame);
        var rest = await ReadToEndAsync(socket);

        // What it was told is a close, if anything.
        Assert.True(rest.Length == 0 || (rest[0] & 0x0F) is 0x08 or 0x01, Convert.ToHexString(rest));
        using var other = await SocketClient.OpenAsync(server);
        Assert.Equal("pong", (await other.AskAsync("""{"type":"ping"}""")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Socket_is_closed_as_lagging_when_it_does_not_read_while_others_go_on()
    {
        // The clock stands still until the one that reads has read all: on a busy machine it may be slow as well.
        var log = new LogSignal();
        var time = new ManualTime();
        await using var server = await ServerHarness.StartAsync(o => o with { Time = time, LoggerFactory = log }, pipelines: Some.Flood);
        var id = await server.RunAsync("flood");
        using var slow = await UpgradeAsync(server);
        var subscribe = Encoding.UTF8.GetBytes($$"""{"type":"subscribe","executionId":"{{id}}","after":0}""");
        await slow.SendAsync((byte[])[0x81, (byte)(0x80 | subscribe.Length), 0, 0, 0, 0, .. subscribe]);
        using var other = await SocketClient.OpenAsync(server);
        await other.AskAsync(Encoding.UTF8.GetString(subscribe));
        var (events, word) = await other.ReadToEndAsync(id);
        Assert.Equal("end", word.GetProperty("type").GetString());
        Assert.Equal(events.Count, word.GetProperty("last").GetInt32());

        // Sooner or later the server waits for the other one; from then on the clock counts.
        await PassTimeUntilAsync(time, log.Of(2003));
        await PassTimeUntilAsync(time, ReadToEndAsync(slow));
    }

    private static async Task PassTimeUntilAsync(ManualTime time, Task happened)
    {
        while (!happened.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(31));
            await Task.WhenAny(happened, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        await happened;
    }

    private static async Task<Socket> UpgradeAsync(ServerHarness server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{server.Address.Port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await socket.ReceiveAsync(one));
            head.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101", head.ToString(), StringComparison.Ordinal);
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(ServerHarness.Limit);
        using var read = new MemoryStream();
        var buffer = new byte[1 << 16];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and var count) read.Write(buffer, 0, count);
        }
        catch (SocketException)
        {
            // Cut off, which is an end as well.
        }

        return read.ToArray();
    }
}
