using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>What is no HTTP, or no WebSocket, is refused or cut off, and the server goes on.</summary>
[Collection(Alone.Name)]
public sealed class ConnectionFuzzTests
{
    private const int Connections = 2000;
    private const int AtOnce = 16;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    [Fact(Timeout = 300_000)]
    public async Task Bytes_that_are_no_request_are_refused_or_cut_off()
    {
        await using var world = await FuzzWorld.StartAsync();
        await EachAsync(world, async (connection, random, limit) =>
        {
            var sent = Encoding.Latin1.GetBytes(Request(random, world));
            await connection.SendAsync(sent, limit);
            connection.EndSending();
            var answer = Encoding.Latin1.GetString(await connection.ReadToEndAsync(limit));
            Assert.False(answer.StartsWith("HTTP/1.1 500", StringComparison.Ordinal), $"{Encoding.Latin1.GetString(sent)}\n{answer}");
        });
    }

    [Fact(Timeout = 300_000)]
    public async Task Frames_that_are_none_close_their_socket_alone()
    {
        await using var world = await FuzzWorld.StartAsync();
        await EachAsync(world, async (connection, random, limit) =>
        {
            await connection.SendAsync(Encoding.Latin1.GetBytes($"GET /ws HTTP/1.1\r\nHost: {world.Address.Authority}\r\n{world.Admin}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"), limit);
            Assert.Equal(101, (await connection.ReadAsync(isHead: false, limit)).Status);
            for (var frames = random.Next(1, 6); frames > 0; frames--) await connection.SendAsync(Frame(random), limit);
            connection.EndSending();
            await connection.ReadToEndAsync(limit);
        });
    }

    private static async Task EachAsync(FuzzWorld world, Func<RawConnection, Random, CancellationToken, Task> tryAsync)
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, Connections), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            using var limit = new CancellationTokenSource(Longest);
            using var connection = new RawConnection();
            try
            {
                await connection.ConnectAsync(world.Address, limit.Token);
                await tryAsync(connection, new Random(HashCode.Combine(RequestFuzzTests.Seed, number)), limit.Token);
            }
            catch (SocketException)
            {
                // Cut off.
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"SIGHTGLASS_FUZZ_SEED={RequestFuzzTests.Seed}, connection {number}: neither answered nor closed in {Longest.TotalSeconds} s.");
            }
        });
        Assert.True(world.Log.Errors.IsEmpty, string.Join('\n', world.Log.Errors.Take(5)));
        await world.Log.WhenQuietAsync(Longest);
    }

    private static string Request(Random random, FuzzWorld world)
    {
        var host = $"Host: {world.Address.Authority}\r\n{world.Admin}";
        var odd = OddTexts.HeaderValue(random);
        return random.Next(9) switch
        {
            0 => $"GET /api/executions HTTP/1.1\r\n{host}{odd}: {OddTexts.HeaderValue(random)}\r\n\r\n",
            1 => $"GET {odd} HTTP/1.1\r\n{host}\r\n",
            2 => $"POST /api/events HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: {odd}\r\n\r\n{{}}",
            3 => $"POST /api/events HTTP/1.1\r\n{host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{odd}\r\n{{}}\r\n0\r\n\r\n",
            4 => $"GET /api/executions HTTP/{odd}\r\n\r\n",
            5 => $"POST /api/events HTTP/1.1\r\n{host}Content-Type: application/json\r\nContent-Length: 400\r\n\r\n{{\"type\":\"cut",
            6 => $"GET /api/executions/{random.Next()}/events HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: {odd}\r\nSec-WebSocket-Key: {odd}\r\n\r\n",
            7 => $"GET /ws HTTP/1.1\r\n{host}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: {random.Next(20).ToString(CultureInfo.InvariantCulture)}\r\nSec-WebSocket-Key: {odd}\r\n\r\n",
            _ => odd + OddTexts.HeaderValue(random) + "\r\n\r\n",
        };
    }

    // Of any kind and length, most of them masked as a client has to.
    private static byte[] Frame(Random random)
    {
        var content = new byte[random.Next(200)];
        random.NextBytes(content);
        if (random.Next(3) == 0) content = Encoding.UTF8.GetBytes("""{"type":"ping"}""");
        var isMasked = random.Next(10) > 0;
        var first = random.Next(3) == 0 ? (byte)random.Next(256) : (byte)0x81;
        var length = random.Next(12) == 0 ? random.Next(128) : Math.Min(content.Length, 125);
        byte[] head = [first, (byte)(length | (isMasked ? 0x80 : 0))];
        return isMasked ? [.. head, 0, 0, 0, 0, .. content.AsSpan(0, Math.Min(content.Length, length))] : [.. head, .. content];
    }
}
