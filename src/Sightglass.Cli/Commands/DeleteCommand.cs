using System.CommandLine;
using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass delete</c>.</summary>
internal static class DeleteCommand
{
    public const string Examples = """
        sightglass delete 5ca9bb60
        sightglass delete 5ca9bb60 7f31 --reason "customer data"
        """;

    public static Command Create()
    {
        var ids = new Argument<string[]>("ID") { Description = "Ended executions: an id, the beginning or end of one, or 'last'.", Arity = ArgumentArity.OneOrMore };
        var reason = new Option<string?>("--reason") { Description = "A word about why, kept with who deleted it and when.", HelpName = "TEXT" };
        var command = new Command("delete", "Delete ended executions whole: events, output, values and children. What stays is that they were deleted, by whom and when.") { ids, reason };
        command.SetAction(parsed => DeleteAsync(Target.Of(parsed), parsed.GetRequiredValue(ids), parsed.GetValue(reason)));
        return command;
    }

    private static async Task<int> DeleteAsync(Target target, IReadOnlyList<string> executions, string? reason)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var output = StandardStreams.Open().Out;
        foreach (var execution in executions)
        {
            var id = await ExecutionFinder.FindAsync(session.Client, execution).ConfigureAwait(false);
            var answer = await session.Client.DeleteAsync($"api/executions/{id}{(reason is null ? "" : "?reason=" + Uri.EscapeDataString(reason))}").ConfigureAwait(false);
            var children = answer.GetProperty("executions"u8).GetInt32() - 1;
            output.WriteLine($"{ShortId.Of(id)}: Deleted{(children > 0 ? ", with " + (children == 1 ? "a child" : Durations.Count(children, "child execution")) : "")}.");
        }

        return ExitCodes.Success;
    }
}
