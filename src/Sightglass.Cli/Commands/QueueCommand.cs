using System.CommandLine;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass queue</c>: how busy whoever runs the stages is.</summary>
internal static class QueueCommand
{
    public const string Examples = """
        sightglass queue
        sightglass queue --server https://ci.example.org --token-file ~/.ci-token --json | jq .queue.waiting
        """;

    public static Command Create()
    {
        var json = CommonOptions.Json("Print one JSON object.");
        var command = new Command("queue", "Show how many slots are busy, what waits for one, and what each worker runs.") { json };
        command.SetAction(parsed => ShowAsync(Target.Of(parsed), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> ShowAsync(Target target, bool json)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var queue = await session.Client.GetAsync("api/queue/stats").ConfigureAwait(false);
        var workers = (await session.Client.GetAsync("api/workers").ConfigureAwait(false)).GetProperty("workers"u8);
        var output = StandardStreams.Open().Out;
        if (json)
        {
            output.WriteLine($$"""{"queue":{{queue.GetRawText()}},"workers":{{workers.GetRawText()}}}""");
            return ExitCodes.Success;
        }

        if (!session.IsRunning) output.WriteLine("Nothing runs this folder's executions now.");
        else output.WriteLine($"{queue.GetProperty("busy"u8).GetInt32()} of {Durations.Count(queue.GetProperty("slots"u8).GetInt32(), "slot")} busy, {Waiting(queue)}.");
        var running = workers.EnumerateArray().SelectMany(w => w.GetProperty("running"u8).EnumerateArray().Select(r => Row(w, r))).ToList();
        if (running.Count > 0) new TextTable("EXECUTION", "STAGE", "TYPE", "ATTEMPT", "FOR", "WORKER").AddRange(running).Write(output);
        return ExitCodes.Success;
    }

    private static string Waiting(JsonElement queue)
    {
        var lanes = queue.GetProperty("lanes"u8).EnumerateArray().Where(l => l.GetProperty("waiting"u8).GetInt32() > 0).Select(l => $"{l.GetProperty("lane"u8).GetString()} {l.GetProperty("waiting"u8).GetInt32()}").ToList();
        return lanes.Count == 0 ? "nothing waits" : TerminalText.Clean($"{Durations.Count(queue.GetProperty("waiting"u8).GetInt32(), "execution")} waiting: {string.Join(", ", lanes)}");
    }

    private static string[] Row(JsonElement worker, JsonElement work) =>
    [
        ShortId.Of(work.GetProperty("executionId"u8).GetGuid()),
        work.GetProperty("stage"u8).GetString()!,
        work.GetProperty("type"u8).GetString()!,
        work.GetProperty("attempt"u8).GetRawText(),
        Durations.Of(TimeProvider.System.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(work.GetProperty("since"u8).GetInt64())),
        worker.GetProperty("id"u8).GetString()!,
    ];
}
