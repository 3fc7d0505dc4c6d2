using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sightglass.Cli.Client;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass tokens</c>: what programs show in place of a login.</summary>
internal static class TokenCommands
{
    public const string Examples = """
        sightglass tokens create ci --role operator --days 30
        sightglass tokens create nightly --role operator --pipeline backup
        sightglass tokens                                 names, rights, expiry and last use
        sightglass tokens revoke 0197a0c2…
        """;

    public static Command Create()
    {
        var json = CommonOptions.Json("Print one JSON object.");
        var command = new Command("tokens", "Show, make and revoke API tokens.") { json, CreateCreate(), CreateRevoke() };
        command.SetAction(parsed => ListAsync(Target.Of(parsed), parsed.GetValue(json)));
        return command;
    }

    private static Command CreateCreate()
    {
        var name = new Argument<string>("NAME") { Description = "What it is for." };
        var role = new Option<string>("--role") { Description = "The most that it may do: viewer, operator, author or admin (default: viewer).", HelpName = "ROLE", DefaultValueFactory = static _ => "viewer" };
        var pipelines = new Option<string[]>("--pipeline") { Description = "A pipeline to which it is bound; may be given several times (default: all).", HelpName = "ID" };
        var days = new Option<int?>("--days") { Description = "For how many days it is good (default: 90).", HelpName = "N" };
        var command = new Command("create", "Make a token. It is shown once, on standard output, and cannot be read again.") { name, role, pipelines, days };
        command.SetAction(async parsed =>
        {
            await using var session = await Session.OpenAsync(Target.Of(parsed), isNew: true).ConfigureAwait(false);
            var made = await session.Client.PostAsync("api/tokens", writer =>
            {
                writer.WriteString("name"u8, parsed.GetRequiredValue(name));
                writer.WriteString("role"u8, parsed.GetValue(role));
                if (parsed.GetValue(days) is { } good) writer.WriteNumber("days"u8, good);
                if (parsed.GetValue(pipelines) is not { Length: > 0 } bound) return;
                writer.WriteStartArray("pipelines"u8);
                foreach (var pipeline in bound) writer.WriteStringValue(pipeline);
                writer.WriteEndArray();
            }).ConfigureAwait(false);
            StandardStreams.Open().Out.WriteLine(Text(made, "token"));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CreateRevoke()
    {
        var id = new Argument<string>("ID") { Description = "The id as 'sightglass tokens' shows it." };
        var command = new Command("revoke", "Revoke a token: it counts for nothing from now on.") { id };
        command.SetAction(async parsed =>
        {
            await using var session = await Session.OpenAsync(Target.Of(parsed)).ConfigureAwait(false);
            await session.Client.DeleteAsync("api/tokens/" + Uri.EscapeDataString(parsed.GetRequiredValue(id))).ConfigureAwait(false);
            StandardStreams.Open().Out.WriteLine("Revoked.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task<int> ListAsync(Target target, bool json)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var answer = await session.Client.GetAsync("api/tokens?limit=1000").ConfigureAwait(false);
        var output = StandardStreams.Open().Out;
        var tokens = answer.GetProperty("tokens"u8);
        if (json) output.WriteLine(answer.GetRawText());
        else if (tokens.GetArrayLength() == 0) output.WriteLine("There are no tokens.");
        else new TextTable("ID", "NAME", "ROLE", "ACCOUNT", "EXPIRES", "LAST USED").AddRange(tokens.EnumerateArray().Select(t => new[] { Text(t, "id"), Text(t, "name"), Text(t, "role"), Text(t, "account"), Day(t, "expiresAt"), Day(t, "lastUsedAt") })).Write(output);
        if (!json && answer.GetProperty("next"u8).ValueKind == JsonValueKind.String) output.WriteLine("There are more.");
        return ExitCodes.Success;
    }

    private static string Day(JsonElement token, string name) =>
        token.GetProperty(name) is { ValueKind: JsonValueKind.Number } time ? DateTimeOffset.FromUnixTimeMilliseconds(time.GetInt64()).UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "never";

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString() ?? "";
}
