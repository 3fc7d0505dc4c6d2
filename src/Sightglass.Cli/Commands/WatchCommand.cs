using System.CommandLine;
using Sightglass.Cli.Client;
using Sightglass.Cli.Hosting;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass watch</c>: one execution, live to its end, through restarts of the server.</summary>
internal static class WatchCommand
{
    public const string Examples = """
        sightglass watch last                             live to its end; Ctrl-C looks away, it goes on
        sightglass watch 5ca9bb60 --server https://ci.example.org --token-file ~/.ci-token
        sightglass watch last --json | jq -c 'select(.type == "stage.failed")'
        """;

    public static Command Create()
    {
        var id = CommandVerbs.ExecutionArgument();
        var json = CommonOptions.Json("Print the events as they are stored, one JSON object a line.");
        var plain = new Option<bool>("--plain") { Description = "Print lines instead of the live view, as is done where there is no terminal." };
        var reconnect = ReconnectOption();
        var command = new Command("watch", "Watch an execution live to its end. A server that goes away is waited for; nothing is shown twice or left out. Ends with the exit code that the execution deserves.") { id, json, plain, reconnect };
        command.SetAction(parsed =>
        {
            var target = Target.Of(parsed);
            return WatchAsync(target, parsed.GetRequiredValue(id), OutputChoice.Of(parsed.GetValue(json), parsed.GetValue(plain), target), PatienceOf(parsed.GetValue(reconnect)));
        });
        return command;
    }

    /// <summary>Makes the option that says for how long a server is waited for.</summary>
    public static Option<string?> ReconnectOption() => new("--reconnect")
    {
        Description = "For how long to try again to reach a server that has gone, such as 30s or 2h; 0s for not at all (default: 10m).",
        HelpName = "TIME",
    };

    /// <summary>Reads what that option was given.</summary>
    public static TimeSpan PatienceOf(string? text)
    {
        if (text is null) return CliLimits.ReconnectTime;
        return Duration.TryParse(text, out var parsed) && parsed.Value >= TimeSpan.Zero && parsed.Value <= CliLimits.MaxReconnectTime
            ? parsed.Value
            : throw new CommandRefusedException(ExitCodes.Invalid, $"--reconnect is a length of time with its unit, such as 30s or 2h; at most {CliLimits.MaxReconnectTime.TotalDays:0}d.");
    }

    private static async Task<int> WatchAsync(Target target, string execution, OutputChoice output, TimeSpan patience)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var id = await ExecutionFinder.FindAsync(session.Client, execution).ConfigureAwait(false);
        await using var view = output.Open();
        var source = session.Followed(view, patience);
        using var leaving = new CancellationTokenSource();
        using var interrupts = new Interrupts(_ => leaving.Cancel(), second: view.Restore);
        try
        {
            // Where nobody runs it, nothing more will come.
            var state = await ExecutionViewer.ShowAsync(source, id, session.IsRunning, view, leaving.Token).ConfigureAwait(false);
            if (!session.IsRunning && !state.Status.IsTerminal()) StandardStreams.Open().Error.WriteLine("Nothing runs it now: it goes on when 'sightglass serve' runs.");
            return RunCommand.ExitCodeOf(state.Status);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            await view.DisposeAsync().ConfigureAwait(false);
            StandardStreams.Open().Error.WriteLine($"It goes on. To look again: sightglass watch {ShortId.Of(id)}{target.Option}");
            return ExitCodes.Interrupted;
        }
    }
}
