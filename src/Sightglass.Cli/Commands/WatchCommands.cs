using System.CommandLine;
using Sightglass.Cli.Client;
using Sightglass.Cli.Hosting;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass show</c>, <c>logs</c> and <c>events</c>: one execution, as a tree, as what it printed, as its log.</summary>
internal static class WatchCommands
{
    public const string ShowExamples = """
        sightglass show last
        sightglass show 5ca9bb60 -f                       watch it until it ends
        sightglass show last --json                       the whole state
        """;

    public const string LogsExamples = """
        sightglass logs last
        sightglass logs last --stage build -f
        """;

    public const string EventsExamples = """
        sightglass events last
        sightglass events 5ca9bb60 --after 120 -f         go on from a cursor until it ends
        sightglass events last | jq -c 'select(.type == "stage.failed")'
        """;

    public static Command CreateShow()
    {
        var id = CommandVerbs.ExecutionArgument();
        var follow = Follow("Watch it until it ends.");
        var json = CommonOptions.Json("Print the whole state as one JSON object.");
        var plain = new Option<bool>("--plain") { Description = "With -f: print lines instead of the live view." };
        var command = new Command("show", "Show one execution: its stages, how they went and its result.") { id, follow, json, plain };
        command.SetAction(parsed =>
        {
            var target = Target.Of(parsed);
            return ShowAsync(target, parsed.GetRequiredValue(id), parsed.GetValue(follow), parsed.GetValue(json), OutputChoice.Of(false, parsed.GetValue(plain), target));
        });
        return command;
    }

    public static Command CreateLogs()
    {
        var id = CommandVerbs.ExecutionArgument();
        var follow = Follow("Go on until it ends.");
        var stage = new Option<string?>("--stage") { Description = "Only this stage, its instances included.", HelpName = "STAGE" };
        var command = new Command("logs", "Print what the stages of an execution printed and logged.") { id, follow, stage };
        command.SetAction(parsed => LogsAsync(Target.Of(parsed), parsed.GetRequiredValue(id), parsed.GetValue(follow), parsed.GetValue(stage)));
        return command;
    }

    public static Command CreateEvents()
    {
        var id = CommandVerbs.ExecutionArgument();
        var follow = Follow("Go on until it ends.");
        var after = new Option<long>("--after") { Description = "Only events after this seq.", HelpName = "SEQ" };
        var command = new Command("events", "Print the log of an execution as it is stored: one JSON event a line.") { id, follow, after };
        command.SetAction(parsed => EventsAsync(Target.Of(parsed), parsed.GetRequiredValue(id), parsed.GetValue(follow), parsed.GetValue(after)));
        return command;
    }

    private static Option<bool> Follow(string description) => new("--follow", "-f") { Description = description };

    private static async Task<int> ShowAsync(Target target, string execution, bool follow, bool json, OutputChoice output)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var id = await ExecutionFinder.FindAsync(session.Client, execution).ConfigureAwait(false);
        if (json)
        {
            if (follow) throw new CommandRefusedException(ExitCodes.Invalid, "--json prints the state as it is now; for what happens next use: sightglass events -f");
            StandardStreams.Open().Out.WriteLine((await session.Client.GetAsync($"api/executions/{id}").ConfigureAwait(false)).GetRawText());
            return ExitCodes.Success;
        }

        if (follow && session.IsRunning)
        {
            await using var view = output.Open();
            return await FollowAsync(session.Followed(view), id, view).ConfigureAwait(false);
        }

        await using var still = new StillView(StandardStreams.Open().Out, output.Renderer(), Console.IsOutputRedirected);
        var shown = await ExecutionViewer.ShowAsync(session.Executions(RemoteExecutions.StateTypes), id, follow: false, still, CancellationToken.None).ConfigureAwait(false);
        SayWhereItRuns(session, shown);
        return ExitCodes.Success;
    }

    /// <summary>Watches without a say: Ctrl-C only looks away, and the terminal is given back first.</summary>
    private static async Task<int> FollowAsync(RemoteExecutions source, Guid id, ExecutionView view)
    {
        using var leaving = new CancellationTokenSource();
        using var interrupts = new Interrupts(_ => leaving.Cancel(), second: view.Restore);
        try
        {
            var state = await ExecutionViewer.ShowAsync(source, id, follow: true, view, leaving.Token).ConfigureAwait(false);
            return RunCommand.ExitCodeOf(state.Status);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            return ExitCodes.Interrupted;
        }
    }

    private static async Task<int> LogsAsync(Target target, string execution, bool follow, string? stage)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var id = await ExecutionFinder.FindAsync(session.Client, execution).ConfigureAwait(false);
        await using var view = OutputChoice.OpenLogs(stage);
        var state = await ExecutionViewer.ShowAsync(session.Followed(new ErrorNotices()), id, follow && session.IsRunning, view, CancellationToken.None).ConfigureAwait(false);
        if (stage is not null && state.Find(stage) is null) throw new CommandRefusedException(ExitCodes.NotFound, $"There is no stage '{stage}' in this execution.");
        if (follow) SayWhereItRuns(session, state);
        return ExitCodes.Success;
    }

    private static async Task<int> EventsAsync(Target target, string execution, bool follow, long after)
    {
        if (after < 0) throw new CommandRefusedException(ExitCodes.Invalid, "--after is the seq of the last event known: a number from 0.");
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var id = await ExecutionFinder.FindAsync(session.Client, execution).ConfigureAwait(false);
        var output = StandardStreams.Open().Raw;
        var source = session.Followed(new ErrorNotices());
        var hasEnded = false;
        await foreach (var lines in source.ReadAsync(id, after, follow && session.IsRunning, CancellationToken.None).ConfigureAwait(false))
        {
            output.Write(lines.Span);
            var last = lines[(lines.Span[..^1].LastIndexOf((byte)'\n') + 1)..];
            hasEnded = EventJson.ReadBlock(last).Single().Data is ExecutionCompleted or ExecutionFailed or ExecutionCancelled;
        }

        // A run goes when its execution has ended: nobody may be there to be asked.
        if (follow && !hasEnded) await ExecutionViewer.RequireNotParkedAsync(source, id, CancellationToken.None).ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static void SayWhereItRuns(Session session, ExecutionState state)
    {
        if (!session.IsRunning && !state.Status.IsTerminal())
            StandardStreams.Open().Error.WriteLine("Nothing runs it now: it goes on when 'sightglass serve' runs.");
    }
}
