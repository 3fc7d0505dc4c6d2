using System.CommandLine;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass users</c>: who may log in, and as what.</summary>
internal static class UserCommands
{
    public const string Examples = """
        sightglass users add ada --role admin             the first account; from then on everybody has to log in
        sightglass users add bob --role viewer --grant deploy=operator
        sightglass users                                  who there is
        sightglass users set bob --role operator --disabled false
        sightglass users password bob                     a new password; bob's sessions end
        sightglass users remove bob
        sightglass users add eve --role admin --organization acme
        sightglass users add max --oidc-subject 24400320  without a password; the OpenID provider vouches for max
        """;

    private const string RoleText = "viewer, operator, author or admin; none for grants alone";

    public static Command Create()
    {
        var json = CommonOptions.Json("Print one JSON object.");
        var organization = OrganizationOption();
        var command = new Command("users", "Show and change who may log in.")
        {
            json, organization, CreateAdd(), CreateSet(),
            CreateOne("password", "Give an account a new password, asked for or read from standard input; its sessions end.", PasswordAsync),
            CreateOne("remove", "Remove an account; its sessions and tokens end.", RemoveAsync),
        };
        command.SetAction(parsed => ListAsync(Target.Of(parsed), parsed.GetValue(organization), parsed.GetValue(json)));
        return command;
    }

    private static Option<string?> OrganizationOption() => new("--organization") { Description = "The organisation of the account (default: default).", HelpName = "NAME" };

    private static Argument<string> NameArgument() => new("NAME") { Description = "The name of the account: a-z, 0-9 and . _ - @ +." };

    private static Option<string?> RoleOption() => new("--role") { Description = "What the account may do: " + RoleText + ".", HelpName = "ROLE" };

    private static Option<string[]> GrantOption() => new("--grant") { Description = "A role on one pipeline, such as deploy=operator; may be given several times.", HelpName = "PIPELINE=ROLE" };

    private static Command CreateAdd()
    {
        var (name, role, grants, organization) = (NameArgument(), RoleOption(), GrantOption(), OrganizationOption());
        var subject = new Option<string?>("--oidc-subject") { Description = "What the server's OpenID provider calls the person for ever (sub); the account then has no password.", HelpName = "SUB" };
        var command = new Command("add", "Add an account; its password is asked for, or read from the first line of standard input.") { name, role, grants, organization, subject };
        command.SetAction(async parsed =>
        {
            var account = parsed.GetRequiredValue(name);
            var wanted = parsed.GetValue(organization);
            await using var session = await Session.OpenAsync(Target.Of(parsed), isNew: true).ConfigureAwait(false);
            if (wanted is not null) await AddOrganizationAsync(session.Client, wanted).ConfigureAwait(false);
            var vouched = parsed.GetValue(subject);
            var password = vouched is null ? PasswordPrompt.Read(account) : null;
            var added = await session.Client.PostAsync("api/users" + Query(wanted), writer =>
            {
                writer.WriteString("name"u8, account);
                if (vouched is not null) writer.WriteString("subject"u8, vouched);
                else writer.WriteString("password"u8, password);
                WriteRights(writer, parsed.GetValue(role) ?? "none", parsed.GetValue(grants) ?? []);
            }).ConfigureAwait(false);
            StandardStreams.Open().Out.WriteLine(TerminalText.Clean($"Added {Named(added)}."));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CreateSet()
    {
        var (name, role, grants, organization) = (NameArgument(), RoleOption(), GrantOption(), OrganizationOption());
        var disabled = new Option<bool?>("--disabled") { Description = "Whether the account may not log in.", HelpName = "true|false" };
        var command = new Command("set", "Change the rights of an account; the grants given take the place of all it had.") { name, role, grants, disabled, organization };
        command.SetAction(async parsed =>
        {
            await using var session = await Session.OpenAsync(Target.Of(parsed)).ConfigureAwait(false);
            var changed = await session.Client.PatchAsync(PathOf(parsed.GetRequiredValue(name), parsed.GetValue(organization)), writer =>
            {
                WriteRights(writer, parsed.GetValue(role), parsed.GetValue(grants) ?? []);
                if (parsed.GetValue(disabled) is { } off) writer.WriteBoolean("disabled"u8, off);
            }).ConfigureAwait(false);
            StandardStreams.Open().Out.WriteLine(TerminalText.Clean($"Changed {Named(changed)}."));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command CreateOne(string verb, string description, Func<ApiClient, string, string?, Task> act)
    {
        var (name, organization) = (NameArgument(), OrganizationOption());
        var command = new Command(verb, description) { name, organization };
        command.SetAction(async parsed =>
        {
            await using var session = await Session.OpenAsync(Target.Of(parsed)).ConfigureAwait(false);
            await act(session.Client, parsed.GetRequiredValue(name), parsed.GetValue(organization)).ConfigureAwait(false);
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task PasswordAsync(ApiClient client, string name, string? organization)
    {
        var password = PasswordPrompt.Read(name);
        await client.PatchAsync(PathOf(name, organization), writer => writer.WriteString("password"u8, password)).ConfigureAwait(false);
        StandardStreams.Open().Out.WriteLine(TerminalText.Clean($"{name} has a new password; its sessions have ended."));
    }

    private static async Task RemoveAsync(ApiClient client, string name, string? organization)
    {
        await client.DeleteAsync(PathOf(name, organization)).ConfigureAwait(false);
        StandardStreams.Open().Out.WriteLine(TerminalText.Clean($"Removed {name}."));
    }

    private static async Task<int> ListAsync(Target target, string? organization, bool json)
    {
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var answer = await session.Client.GetAsync("api/users" + (organization is null ? "?limit=1000" : Query(organization) + "&limit=1000")).ConfigureAwait(false);
        var output = StandardStreams.Open().Out;
        var users = answer.GetProperty("users"u8);
        if (json) output.WriteLine(answer.GetRawText());
        else if (users.GetArrayLength() == 0) output.WriteLine("There are no accounts: whoever reaches the loopback is the owner. Add the first with: sightglass users add NAME --role admin");
        else new TextTable("NAME", "ROLE", "GRANTS", "STATE").AddRange(users.EnumerateArray().Select(u => new[] { Text(u, "name"), Text(u, "role"), Grants(u), u.GetProperty("disabled"u8).GetBoolean() ? "disabled" : "" })).Write(output);
        if (!json && answer.GetProperty("next"u8).ValueKind == JsonValueKind.String) output.WriteLine("There are more.");
        return ExitCodes.Success;
    }

    // Naming one that does not exist yet is how it comes into being here.
    private static async Task AddOrganizationAsync(ApiClient client, string name)
    {
        var known = await client.GetAsync("api/organizations").ConfigureAwait(false);
        if (known.GetProperty("organizations"u8).EnumerateArray().Any(o => Text(o, "name") == name)) return;
        await client.PostAsync("api/organizations", writer => writer.WriteString("name"u8, name)).ConfigureAwait(false);
    }

    private static void WriteRights(Utf8JsonWriter writer, string? role, string[] grants)
    {
        if (role is not null) writer.WriteString("role"u8, role);
        if (grants.Length == 0) return;
        writer.WriteStartObject("grants"u8);
        foreach (var grant in grants)
        {
            var at = grant.LastIndexOf('=');
            if (at < 1) throw new CommandRefusedException(ExitCodes.Invalid, $"'{grant}' is no grant; write it as PIPELINE=ROLE, such as deploy=operator.");
            writer.WriteString(grant[..at], grant[(at + 1)..]);
        }

        writer.WriteEndObject();
    }

    private static string PathOf(string name, string? organization) => $"api/users/{Uri.EscapeDataString(name)}{Query(organization)}";

    private static string Query(string? organization) => organization is null ? "" : "?organization=" + Uri.EscapeDataString(organization);

    private static string Named(JsonElement user) => $"{Text(user, "name")} ({Text(user, "role")}{(Grants(user) is { Length: > 0 } grants ? ", " + grants : "")}) of {Text(user, "organization")}";

    private static string Grants(JsonElement user) => string.Join(" ", user.GetProperty("grants"u8).EnumerateObject().Select(g => $"{g.Name}={g.Value.GetString()}"));

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString() ?? "";
}
