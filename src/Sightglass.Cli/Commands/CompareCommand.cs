using System.CommandLine;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass compare</c>: two executions side by side.</summary>
internal static class CompareCommand
{
    public const string Examples = """
        sightglass compare 5ca9bb60 last                  stage by stage, and where the two part
        sightglass compare 5ca9bb60 last --json | jq .firstDivergence
        """;

    public static Command Create()
    {
        var left = new Argument<string>("LEFT") { Description = "An execution: its id, the beginning or end of it, or 'last'." };
        var right = new Argument<string>("RIGHT") { Description = "The other one." };
        var json = CommonOptions.Json("Print the comparison as one JSON object.");
        var command = new Command("compare", "Compare two executions: status, time, cost, inputs and outputs of each stage, and the stage where they part.") { left, right, json };
        command.SetAction(parsed => CompareAsync(Target.Of(parsed), parsed.GetRequiredValue(left), parsed.GetRequiredValue(right), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> CompareAsync(Target target, string left, string right, bool json)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var one = await ExecutionFinder.FindAsync(session.Client, left).ConfigureAwait(false);
        var other = await ExecutionFinder.FindAsync(session.Client, right).ConfigureAwait(false);
        var answer = await session.Client.GetAsync($"api/executions/compare?left={one}&right={other}").ConfigureAwait(false);
        var output = StandardStreams.Open().Out;
        if (json)
        {
            output.WriteLine(answer.GetRawText());
            return ExitCodes.Success;
        }

        new TextTable("", ShortId.Of(one), ShortId.Of(other), "DIFFERS")
            .AddRange([Row("(execution)", answer.GetProperty("left"u8), answer.GetProperty("right"u8), Paths(answer, "input").Concat(Paths(answer, "output")))])
            .AddRange(answer.GetProperty("stages"u8).EnumerateArray().Select(s => Row(s.GetProperty("key"u8).GetString()!, s.GetProperty("left"u8), s.GetProperty("right"u8), s.GetProperty("differs"u8).EnumerateArray().Select(d => d.GetString()!))))
            .Write(output);
        var parts = answer.GetProperty("firstDivergence"u8).GetString();
        output.WriteLine(answer.GetProperty("same"u8).GetBoolean() ? "They are the same." : TerminalText.Clean(parts is null ? "They differ." : $"They part at {parts}."));
        if (answer.GetProperty("cut"u8).GetBoolean()) output.WriteLine("There are more differences than are listed.");
        return ExitCodes.Success;
    }

    private static string[] Row(string name, JsonElement left, JsonElement right, IEnumerable<string> differs) => [name, Side(left), Side(right), string.Join(", ", differs)];

    private static string Side(JsonElement side)
    {
        if (side.ValueKind != JsonValueKind.Object) return "–";
        var took = side.GetProperty("duration"u8) is { ValueKind: JsonValueKind.Number } duration ? " " + Durations.Of(duration.GetDouble()) : "";
        return side.GetProperty("status"u8).GetString() + took;
    }

    private static IEnumerable<string> Paths(JsonElement answer, string what) =>
        answer.GetProperty(what).EnumerateArray().Select(d => what + d.GetProperty("path"u8).GetString());
}
