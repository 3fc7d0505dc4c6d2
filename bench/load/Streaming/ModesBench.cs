using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sightglass.Load.Streaming.Viewers;

namespace Sightglass.Load.Streaming;

/// <summary>
/// An execution of ten minutes, twelve stages one after the other of which each prints a line every two seconds, played sixty times
/// faster: watched by one stream of events, and by asking for the state every two seconds. Counted is what the client gets,
/// headers and all.
/// </summary>
internal static class ModesBench
{
    private const int Faster = 60;
    private const int Stages = 12;
    private const int Minutes = 10;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2) / Faster;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] args, TextWriter output)
    {
        var arguments = BenchArguments.Parse("modes", args, new Dictionary<string, int> { ["runs"] = 1 });
        if (arguments is null) return 2;
        var (streamed, polled, requests) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < arguments["runs"]; run++)
        {
            using var folder = new StreamFolder(Pipeline());
            await using var server = await folder.ServeAsync();
            using var answer = await server.Http.PostAsync("api/pipelines/work/run", new StringContent("{}", Encoding.UTF8, "application/json"));
            var text = await answer.Content.ReadAsStringAsync();
            var id = JsonDocument.Parse(text).RootElement.GetProperty("executionId").GetString()!;
            var polling = Task.Run(() => PollAsync(server.Port, id));
            using var crowd = new ViewerCrowd();
            var scan = new SeqScan();
            crowd.Open(server.Port, $"/api/executions/{id}/events", scan);
            await Task.Run(() => crowd.ReadUntil(() => scan.HasEnd, Limit, "the end of the execution"));
            var (count, bytes) = await polling;
            streamed.Add(crowd.Bytes);
            polled.Add(bytes);
            requests.Add(count);
        }

        await BenchResult.PrintAsync(
            [
                new BenchResult("modes", "ten-minutes", "bytes", streamed) { Raw = polled },
                new BenchResult("modes", "ten-minutes", "requests", [.. requests.Select(static _ => 1.0)]) { Raw = requests },
            ],
            arguments.Json,
            output);
        return 0;
    }

    private static string Pipeline()
    {
        var yaml = new StringBuilder("id: work\nstages:\n");
        var lines = Minutes * 60 / 2 / Stages;
        for (var i = 0; i < Stages; i++)
            yaml.Append($"  - id: stage{i}\n    type: shell\n{(i > 0 ? $"    needs: [stage{i - 1}]\n" : "")}    shell: {{ exec: [PROGRAM, print, \"{lines}\", \"{Faster / 2}\"] }}\n");
        return yaml.ToString();
    }

    /// <summary>Asks for the whole state until the execution has ended, over one connection that is kept.</summary>
    private static async Task<(int Requests, long Bytes)> PollAsync(int port, string id)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var request = Encoding.ASCII.GetBytes($"GET /api/executions/{id} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n\r\n");
        var buffer = new byte[1 << 20];
        var (count, bytes) = (0, 0L);
        var from = Stopwatch.GetTimestamp();
        while (true)
        {
            await socket.SendAsync(request);
            count++;
            var (head, length) = await ReadAsync(socket, buffer);
            bytes += length;
            using var state = JsonDocument.Parse(buffer.AsMemory(head, length - head));
            if (state.RootElement.GetProperty("status").GetString() is "completed" or "failed") return (count, bytes);
            var early = (Poll * count) - Stopwatch.GetElapsedTime(from);
            if (early > TimeSpan.Zero) await Task.Delay(early, TimeProvider.System);
            if (Stopwatch.GetElapsedTime(from) > Limit) throw new TimeoutException("The execution did not end.");
        }
    }

    private static async Task<(int Head, int Length)> ReadAsync(Socket socket, byte[] buffer)
    {
        var filled = 0;
        while (true)
        {
            filled += await socket.ReceiveAsync(buffer.AsMemory(filled));
            var head = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8) + 4;
            if (head < 4) continue;
            const string Length = "Content-Length: ";
            var headers = Encoding.ASCII.GetString(buffer, 0, head);
            var at = headers.IndexOf(Length, StringComparison.OrdinalIgnoreCase) + Length.Length;
            if (filled >= head + int.Parse(headers.AsSpan(at, headers.IndexOf('\r', at) - at), CultureInfo.InvariantCulture)) return (head, filled);
        }
    }
}
