using System.CommandLine;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary>The verbs that order something of an execution: cancel, pause, resume, retry, approve, reject.</summary>
internal static class CommandVerbs
{
    private const string NobodyRuns = "Nothing runs this folder's executions now: this takes effect when 'sightglass serve' runs.";

    public const string CancelExamples = """
        sightglass cancel last
        sightglass cancel 5ca9bb60                        the beginning or end of an id is enough
        """;

    public const string PauseExamples = """
        sightglass pause last                             what runs goes on, nothing new starts
        sightglass resume last
        """;

    public const string RetryExamples = """
        sightglass retry last                             failed stages and what depends on them, in the same execution
        sightglass retry 5ca9bb60 && sightglass show -f 5ca9bb60
        """;

    public const string ApproveExamples = """
        sightglass approve last publish
        sightglass reject 5ca9bb60 publish --comment "the notes are missing"
        """;

    public static Command CreateCancel() => Create("cancel", "Cancel an execution: what runs is told to stop, what has not started never does.", "Cancelling.");

    public static Command CreatePause() => Create("pause", "Hold an execution: what runs goes on, nothing new starts.", "Paused.");

    public static Command CreateResume() => Create("resume", "Let a paused execution go on.", "Resumed.");

    public static Command CreateRetry() => Create("retry", "Run the failed stages of an ended execution again, and what depends on them.", "Started again.");

    public static Command CreateApprove() => CreateAnswer("approve", "Approve a stage that waits for a person.", "Approved.");

    public static Command CreateReject() => CreateAnswer("reject", "Reject a stage that waits for a person; it fails.", "Rejected.");

    /// <summary>Makes the argument that names an execution.</summary>
    public static Argument<string> ExecutionArgument() => new("ID") { Description = "An execution: its id, the beginning or end of it, or 'last'." };

    private static Command Create(string name, string description, string done)
    {
        var id = ExecutionArgument();
        var command = new Command(name, description) { id };
        command.SetAction(parsed => OrderAsync(Target.Of(parsed), parsed.GetRequiredValue(id), name, done, _ => { }));
        return command;
    }

    private static Command CreateAnswer(string name, string description, string done)
    {
        var id = ExecutionArgument();
        var stage = new Argument<string>("STAGE") { Description = "The stage's id." };
        var comment = new Option<string?>("--comment") { Description = "A word about why, kept in the log.", HelpName = "TEXT" };
        var command = new Command(name, description) { id, stage, comment };
        command.SetAction(parsed => OrderAsync(Target.Of(parsed), parsed.GetRequiredValue(id), name, done, writer =>
        {
            writer.WriteString("stage"u8, parsed.GetRequiredValue(stage));
            if (parsed.GetValue(comment) is { } text) writer.WriteString("comment"u8, text);
        }));
        return command;
    }

    private static async Task<int> OrderAsync(Target target, string execution, string verb, string done, Action<Utf8JsonWriter> writeMembers)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var id = await ExecutionFinder.FindAsync(session.Client, execution).ConfigureAwait(false);
        var answer = await session.Client.PostAsync($"api/executions/{id}/{verb}", writeMembers).ConfigureAwait(false);
        if (answer.TryGetProperty("cancelled"u8, out var cancelled) && !cancelled.GetBoolean())
            throw new CommandRefusedException(ExitCodes.Refused, $"{ShortId.Of(id)}: {answer.GetProperty("message"u8).GetString() ?? "It has ended already."}");
        var output = StandardStreams.Open().Out;
        output.WriteLine($"{ShortId.Of(id)}: {done}");
        if (!session.IsRunning && verb is not ("pause" or "cancel")) output.WriteLine(NobodyRuns);
        return ExitCodes.Success;
    }
}
