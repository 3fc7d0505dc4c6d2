using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Whatever is sent over a WebSocket, each message is answered, or the socket is closed with a reason.</summary>
[Collection(Alone.Name)]
public sealed class SocketFuzzTests
{
    private const int Sockets = 60;
    private const int Messages = 200;
    private const int AtOnce = 6;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    [Fact(Timeout = 300_000)]
    public async Task Every_message_is_answered_with_its_reference()
    {
        await using var world = await FuzzWorld.StartAsync();
        var answered = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, Sockets), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) => Interlocked.Add(ref answered, await TalkAsync(world, number)));

        Assert.True(world.Log.Errors.IsEmpty, $"SIGHTGLASS_FUZZ_SEED={RequestFuzzTests.Seed}\n{string.Join('\n', world.Log.Errors.Take(5))}");
        Assert.InRange(answered, Sockets * Messages / 2, Sockets * Messages);
        await world.Log.WhenQuietAsync(Longest);
    }

    [Fact(Timeout = 300_000)]
    public async Task Log_stream_goes_on_whatever_its_client_says()
    {
        await using var world = await FuzzWorld.StartAsync();
        await Parallel.ForEachAsync(Enumerable.Range(0, Sockets), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var random = new Random(HashCode.Combine(RequestFuzzTests.Seed, number));
            using var limit = new CancellationTokenSource(Longest);
            using var socket = await OpenAsync(world, $"/ws/executions/{world.Known.Some(random, "ended")}/logs", limit.Token);
            for (var i = 0; i < 20 && socket.State == WebSocketState.Open; i++)
            {
                try
                {
                    await socket.SendAsync(SocketMessages.Broken(random), random.Next(2) == 0 ? WebSocketMessageType.Binary : WebSocketMessageType.Text, true, limit.Token);
                }
                catch (WebSocketException)
                {
                    // It had nothing more to say.
                }
            }

            // All that there is comes, whatever is said meanwhile, and then the end.
            var logs = 0;
            while (await NextAsync(socket, limit.Token) is { } log)
            {
                Assert.NotEmpty(log.GetProperty("id").GetString()!);
                logs++;
            }

            Assert.True(logs > 0);
            Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        });

        Assert.True(world.Log.Errors.IsEmpty, string.Join('\n', world.Log.Errors.Take(5)));
        await world.Log.WhenQuietAsync(Longest);
    }

    /// <returns>How many messages were answered with their <c>ref</c>.</returns>
    private static async Task<int> TalkAsync(FuzzWorld world, int number)
    {
        var messages = new SocketMessages(world);
        using var limit = new CancellationTokenSource(Longest);
        using var socket = await OpenAsync(world, "/ws", limit.Token);
        var expected = new HashSet<string>();
        var hearing = HearAsync(socket, limit.Token);
        for (var i = 0; i < Messages; i++)
        {
            var random = new Random(HashCode.Combine(RequestFuzzTests.Seed, number, i));
            var (text, hasReference) = messages.Next(random, "m" + i);
            if (hasReference) expected.Add("m" + i);

            // Now and then in parts.
            var half = random.Next(10) == 0 ? random.Next(text.Length + 1) : 0;
            if (half > 0) await socket.SendAsync(text.AsMemory(0, half), WebSocketMessageType.Text, false, limit.Token);
            await socket.SendAsync(text.AsMemory(half), WebSocketMessageType.Text, true, limit.Token);
        }

        await socket.SendAsync("""{"type":"ping","ref":"last"}"""u8.ToArray(), WebSocketMessageType.Text, true, limit.Token);
        var heard = await hearing;
        var missing = expected.Where(reference => !heard.Contains(reference)).ToList();
        Assert.True(missing.Count == 0, $"SIGHTGLASS_FUZZ_SEED={RequestFuzzTests.Seed}, socket {number}: no answer to {string.Join(", ", missing.Take(5).Select(m => Shown(messages, number, m)))}; closed: {socket.CloseStatus} {socket.CloseStatusDescription}");

        // Now it goes: with a word, with half a message, or without one.
        var leaving = new Random(number).Next(3);
        if (leaving == 0) await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", limit.Token);
        if (leaving == 1) await socket.SendAsync("{\"type\":"u8.ToArray(), WebSocketMessageType.Text, false, limit.Token);
        return expected.Count;
    }

    private static string Shown(SocketMessages messages, int number, string reference)
    {
        var i = int.Parse(reference.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetString(messages.Next(new Random(HashCode.Combine(RequestFuzzTests.Seed, number, i)), reference).Text);
    }

    /// <summary>Hears all until the answer to the last message; what comes has to be JSON, and no failure.</summary>
    private static async Task<HashSet<string>> HearAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var heard = new HashSet<string>();
        while (!heard.Contains("last") && await NextAsync(socket, cancellationToken) is { } message)
        {
            Assert.False(message.TryGetProperty("code", out var code) && code.ValueEquals("internal_error"), message.GetRawText());
            if (message.TryGetProperty("ref", out var reference) && reference.ValueKind == JsonValueKind.String) heard.Add(reference.GetString()!);
        }

        return heard;
    }

    private static async Task<ClientWebSocket> OpenAsync(FuzzWorld world, string path, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", world.Admin["Authorization: ".Length..].Trim());
        await socket.ConnectAsync(new Uri($"ws://{world.Address.Authority}{path}"), cancellationToken);
        return socket;
    }

    private static async Task<JsonElement?> NextAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
                return null;
            }

            message.Write(buffer.AsSpan(0, part.Count));
            if (part.EndOfMessage) return JsonElement.Parse(message.ToArray());
        }
    }
}
