using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Sightglass.Load.Streaming.Servers;
using Sightglass.Load.Streaming.Viewers;

namespace Sightglass.Load.Streaming;

/// <summary>One run of lines through a server to viewers: how old they were, and how many came.</summary>
/// <param name="Delays">From the print of each line to its arrival at each viewer, in milliseconds.</param>
/// <param name="Seconds">From the print of the first line to the arrival of the last at the last viewer.</param>
/// <param name="ServerCpu">The milliseconds that the server's process computed.</param>
internal sealed record StreamRun(List<float> Delays, double Seconds, double ServerCpu)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public double PerSecond => Delays.Count / Seconds;

    /// <summary>Sends lines through the product: a process prints them, they are committed, and all viewers get them.</summary>
    public static async Task<StreamRun> ThroughServerAsync(ChildServer server, int viewers, int lines, int rate)
    {
        var id = await StartAsync(server, lines, rate);
        using var crowd = new ViewerCrowd();
        var delays = Open(crowd, server.Port, $"/api/executions/{id}/events", viewers, lines);
        var cpu = await server.AskAsync("cpu");
        await GoAsync(server);
        return await ReadAsync(server, crowd, delays, lines, cpu);
    }

    /// <summary>Sends lines through the bare hub.</summary>
    public static async Task<StreamRun> ThroughHubAsync(ChildServer hub, int viewers, int lines, int rate)
    {
        using var crowd = new ViewerCrowd();
        var delays = Open(crowd, hub.Port, "/", viewers, lines);
        var cpu = await hub.AskAsync("cpu");
        hub.Tell(string.Create(CultureInfo.InvariantCulture, $"publish {lines} {rate}"));
        return await ReadAsync(hub, crowd, delays, lines, cpu);
    }

    /// <summary>Starts an execution that prints once <c>go</c> has come.</summary>
    public static async Task<string> StartAsync(ChildServer server, int lines, int rate)
    {
        var input = new { input = new { lines = lines.ToString(CultureInfo.InvariantCulture), rate = rate.ToString(CultureInfo.InvariantCulture) } };
        using var answer = await server.Http.PostAsJsonAsync("api/pipelines/printer/run", input);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.GetProperty("executionId").GetString()! : throw new InvalidOperationException(text);
    }

    /// <summary>Lets it print.</summary>
    public static async Task GoAsync(ChildServer server)
    {
        using var answer = await server.Http.PostAsJsonAsync("api/events", new { type = "go" });
        answer.EnsureSuccessStatusCode();
    }

    private static List<float> Open(ViewerCrowd crowd, int port, string path, int viewers, int lines)
    {
        // All of it at once: a list that grows would stop the reader in the middle.
        var delays = new List<float>(viewers * lines);
        for (var i = 0; i < viewers; i++) crowd.Open(port, path, new LineScan(delays, lines));
        crowd.ReadUntil(() => crowd.Begun == viewers, Limit, "the viewers' headers");
        return delays;
    }

    private static async Task<StreamRun> ReadAsync(ChildServer server, ViewerCrowd crowd, List<float> delays, int lines, double cpu)
    {
        var all = (long)crowd.Count * lines;
        var from = 0L;
        crowd.ReadUntil(
            () =>
            {
                if (from == 0 && delays.Count > 0) from = System.Diagnostics.Stopwatch.GetTimestamp() - (long)(delays[0] / 1000 * System.Diagnostics.Stopwatch.Frequency);
                return delays.Count >= all;
            },
            Limit,
            $"{all} lines");
        var seconds = System.Diagnostics.Stopwatch.GetElapsedTime(from).TotalSeconds;
        var wrong = crowd.Scans.Sum(static s => s.Wrong);
        if (wrong > 0 || crowd.Scans.Any(s => s.Count != lines)) throw new InvalidDataException($"{wrong} lines were missing or came twice.");
        return new StreamRun(delays, seconds, await server.AskAsync("cpu") - cpu);
    }
}
