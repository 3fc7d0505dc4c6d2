using System.CommandLine;
using Sightglass.Cli.Client;
using Sightglass.Cli.Hosting;
using Sightglass.Cli.Tail;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass tail</c>: what happens in all executions, line by line.</summary>
internal static class TailCommand
{
    public const string Examples = """
        sightglass tail                                   all that happens from now on; Ctrl-C ends it
        sightglass tail --pipeline build --stage test --level warning,error
        sightglass tail --status failed,cancelled --server https://ci.example.org --token-file ~/.ci-token
        sightglass tail --json | jq -c 'select(.type == "stage.failed") | {executionId, stage}'
        """;

    private static readonly string[] LevelNames = ["debug", "info", "warning", "error"];
    private static readonly string[] StatusNames = ["queued", "running", "paused", "completed", "failed", "cancelled"];

    public static Command Create()
    {
        var pipelines = List("--pipeline", "ID", "Only executions of these pipelines, with their children");
        var stages = List("--stage", "STAGE", "Only what happens in these stages, their instances included");
        var levels = List("--level", "LEVEL", "Only lines of these levels: debug, info, warning, error; what is printed counts as info, a failure as an error");
        var statuses = List("--status", "STATUS", "Only executions while they stand in one of these, and as they come to it: queued, running, paused, completed, failed, cancelled");
        var json = CommonOptions.Json("Print the events as they are stored, one JSON object a line.");
        var reconnect = WatchCommand.ReconnectOption();
        var command = new Command("tail", "Follow all executions: a line for each thing that happens and each line that a stage prints, from now on. A server that goes away is waited for; nothing is shown twice or left out.") { pipelines, stages, levels, statuses, json, reconnect };
        command.SetAction(parsed => RunAsync(
            Target.Of(parsed),
            new TailFilter
            {
                Pipelines = Split(parsed.GetValue(pipelines)),
                Stages = Split(parsed.GetValue(stages)),
                Levels = Known(Split(parsed.GetValue(levels)), "--level", LevelNames),
                Statuses = Known(Split(parsed.GetValue(statuses)), "--status", StatusNames),
            },
            parsed.GetValue(json),
            WatchCommand.PatienceOf(parsed.GetValue(reconnect))));
        return command;
    }

    private static Option<string[]> List(string name, string value, string description) => new(name) { Description = description + "; separated by commas.", HelpName = value };

    private static List<string> Split(string[]? given) =>
        [.. (given ?? []).SelectMany(g => g.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static List<string> Known(List<string> given, string option, string[] names) =>
        given.Find(g => !names.Contains(g)) is not { } unknown ? given : throw new CommandRefusedException(ExitCodes.Invalid, $"'{unknown}' is none of those that {option} takes: {string.Join(", ", names)}.");

    private static async Task<int> RunAsync(Target target, TailFilter filter, bool isJson, TimeSpan patience)
    {
        await using var session = await Session.OpenAsync(target, isOnlyRunning: true).ConfigureAwait(false);
        var streams = StandardStreams.Open();
        var isColored = OutputChoice.IsColored && !Console.IsOutputRedirected;
        var known = new KnownExecutions();
        var output = new TailOutput(filter, streams.Raw, streams.Out, isJson, new LiveView.Palette(isColored), isColored);
        using var leaving = new CancellationTokenSource();
        using var interrupts = new Interrupts(_ => leaving.Cancel(), second: static () => { });
        await using var readers = new TailReaders(session.Client, filter, output, known, TimeProvider.System);
        var run = new TailRun(session, filter, readers, known, new Reconnection(new ErrorNotices(), session.Client.PeerName, patience, TimeProvider.System), TimeProvider.System);
        try
        {
            var following = run.RunAsync(count => streams.Error.WriteLine($"Following all executions, {LiveView.Durations.Count(count, "execution")} under way. Ctrl-C ends."), leaving.Token);
            if (await Task.WhenAny(following, readers.Failed).ConfigureAwait(false) == following) await following.ConfigureAwait(false);
            else System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(await readers.Failed.ConfigureAwait(false));
            streams.Error.WriteLine("The run has ended, and nothing else happens here.");
            return ExitCodes.Success;
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }
}
