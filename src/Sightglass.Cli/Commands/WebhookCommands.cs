using System.CommandLine;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass webhooks</c>: what was delivered, and what was given up.</summary>
internal static class WebhookCommands
{
    public const string Examples = """
        sightglass webhooks                               the newest attempts
        sightglass webhooks dead                          what was given up, and why
        sightglass webhooks redeliver whd_0197a0c2…       try one of them again; 'all' for all of them
        sightglass webhooks delete all
        """;

    public static Command Create()
    {
        var json = CommonOptions.Json("Print one JSON object.");
        var dead = new Command("dead", "List the deliveries that were given up.") { json };
        dead.SetAction(parsed => DeadAsync(Target.Of(parsed), parsed.GetValue(json)));
        var ownJson = CommonOptions.Json("Print one JSON object.");
        var command = new Command("webhooks", "Show what is delivered to webhooks; deliver again or delete what was given up.")
        {
            ownJson,
            dead,
            CreateOrder("redeliver", "Try a delivery again that was given up.", "Delivering again", static (client, id) => client.PostAsync($"api/webhooks/dead/{Uri.EscapeDataString(id)}/redeliver", static _ => { })),
            CreateOrder("delete", "Delete a delivery that was given up.", "Deleted", static (client, id) => client.DeleteAsync("api/webhooks/dead/" + Uri.EscapeDataString(id))),
        };
        command.SetAction(parsed => RecentAsync(Target.Of(parsed), parsed.GetValue(ownJson)));
        return command;
    }

    private static Command CreateOrder(string verb, string description, string done, Func<ApiClient, string, Task> order)
    {
        var id = new Argument<string>("ID") { Description = "The id as 'sightglass webhooks dead' shows it, or 'all'." };
        var command = new Command(verb, description) { id };
        command.SetAction(parsed => OrderAsync(Target.Of(parsed), parsed.GetRequiredValue(id), done, order));
        return command;
    }

    private static async Task<int> RecentAsync(Target target, bool json)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var answer = await session.Client.GetAsync("api/webhooks").ConfigureAwait(false);
        var output = StandardStreams.Open().Out;
        if (json)
        {
            output.WriteLine(answer.GetRawText());
            return ExitCodes.Success;
        }

        var recent = answer.GetProperty("recent"u8);
        if (recent.GetArrayLength() == 0) output.WriteLine("Nothing was delivered since the server started.");
        else new TextTable("EVENT", "TO", "ATTEMPT", "RESULT", "ID").AddRange(recent.EnumerateArray().Select(a => new[] { Text(a, "event"), Text(a, "target"), a.GetProperty("attempt"u8).GetRawText(), Text(a, "message"), Text(a, "id") })).Write(output);
        output.WriteLine($"{answer.GetProperty("waiting"u8).GetRawText()} waiting.");
        return ExitCodes.Success;
    }

    private static async Task<int> DeadAsync(Target target, bool json)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var answer = await session.Client.GetAsync("api/webhooks/dead?limit=1000").ConfigureAwait(false);
        var output = StandardStreams.Open().Out;
        var dead = answer.GetProperty("deliveries"u8);
        if (json) output.WriteLine(answer.GetRawText());
        else if (dead.GetArrayLength() == 0) output.WriteLine("Nothing was given up.");
        else new TextTable("ID", "EVENT", "TO", "ATTEMPTS", "REASON").AddRange(dead.EnumerateArray().Select(d => new[] { Text(d, "id"), Text(d, "event"), Text(d, "url"), d.GetProperty("attempts"u8).GetRawText(), Text(d, "message") })).Write(output);
        if (!json && answer.GetProperty("next"u8).ValueKind == JsonValueKind.String) output.WriteLine("There are more.");
        return ExitCodes.Success;
    }

    private static async Task<int> OrderAsync(Target target, string id, string done, Func<ApiClient, string, Task> order)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var output = StandardStreams.Open().Out;
        if (id != "all")
        {
            await order(session.Client, id).ConfigureAwait(false);
            output.WriteLine(TerminalText.Clean($"{done}: {id}"));
            return ExitCodes.Success;
        }

        // By cursor: one that is given up again meanwhile must not come up again.
        var count = 0;
        string? after = null;
        do
        {
            var page = await session.Client.GetAsync("api/webhooks/dead?limit=1000" + (after is null ? "" : "&after=" + Uri.EscapeDataString(after))).ConfigureAwait(false);
            foreach (var delivery in page.GetProperty("deliveries"u8).EnumerateArray())
            {
                await order(session.Client, Text(delivery, "id")).ConfigureAwait(false);
                count++;
            }

            after = page.GetProperty("next"u8).GetString();
        }
        while (after is not null);
        output.WriteLine($"{done}: {Durations.Count(count, "letter")}");
        return ExitCodes.Success;
    }

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString() ?? "";
}
