using System.CommandLine;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass emit</c>: a custom event for whatever waits for it.</summary>
internal static class EmitCommand
{
    public const string Examples = """
        sightglass emit release.ready
        sightglass emit release.ready --data '{"branch": "main"}'
        sightglass emit spec.done --data @spec.json
        """;

    public static Command Create()
    {
        var type = new Argument<string>("TYPE") { Description = "The event's type, as triggers name it." };
        var json = new Option<string[]>("--data") { Description = "The event's data as JSON, or @FILE. (What is no JSON names the data folder, as with other commands.)", HelpName = "JSON" };
        var command = new Command("emit", "Send a custom event to every execution that waits for it.") { type, json };
        command.SetAction(parsed =>
        {
            var (payload, folder) = Sort(parsed.GetValue(json) ?? []);
            return EmitAsync(Target.Of(parsed, folder), parsed.GetRequiredValue(type), payload);
        });
        return command;
    }

    // "--data" is the event's data here and the folder everywhere else: who writes either is understood.
    private static (JsonElement? Payload, string? Folder) Sort(string[] given)
    {
        JsonElement? payload = null;
        string? folder = null;
        foreach (var text in given)
        {
            try
            {
                payload = JsonElement.Parse(InputText.Read(text, "--data")!);
            }
            catch (JsonException error)
            {
                var isPath = folder is null && text.Length > 0 && text[0] is not ('@' or '{' or '[' or '"');
                folder = isPath ? text : throw new CommandRefusedException(ExitCodes.Invalid, $"The data is no JSON: {error.Message} A text needs quotes of its own: '\"text\"'.", error);
            }
        }

        return (payload, folder);
    }

    private static async Task<int> EmitAsync(Target target, string type, JsonElement? payload)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var answer = await session.Client.PostAsync("api/events", writer =>
        {
            writer.WriteString("type"u8, type);
            if (payload is not { } value) return;
            writer.WritePropertyName("data"u8);
            value.WriteTo(writer);
        }).ConfigureAwait(false);
        var executions = answer.GetProperty("executions"u8).EnumerateArray().Select(e => e.GetGuid()).ToList();
        var output = StandardStreams.Open().Out;
        output.WriteLine(executions.Count == 0
            ? $"No execution waits for '{type}' now."
            : $"Delivered to {Durations.Count(executions.Count, "execution")}: {string.Join(", ", executions.Take(10).Select(ShortId.Of))}{(executions.Count > 10 ? " …" : "")}");
        if (executions.Count > 0 && !session.IsRunning) output.WriteLine("Nothing runs them now: they go on when 'sightglass serve' runs.");
        return ExitCodes.Success;
    }
}
