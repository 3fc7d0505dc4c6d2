using System.CommandLine;
using Sightglass.Cli.DataFolder;
using Sightglass.Server.Access.Oidc;

namespace Sightglass.Cli.Commands;

/// <summary>The options of <c>serve</c> that name an OpenID provider.</summary>
internal sealed class OidcFlags
{
    private readonly Option<string?> _authority = new("--oidc-authority") { Description = "The issuer of the OpenID provider that people log in by (default: none). Register https://…/api/auth/oidc/callback there.", HelpName = "URL" };
    private readonly Option<string?> _client = new("--oidc-client-id") { Description = "The id under which this server is registered there.", HelpName = "ID" };
    private readonly Option<string?> _secret = new("--oidc-client-secret-file") { Description = "A file, readable by its owner alone, whose first line is the secret of the registration (default: a public client).", HelpName = "FILE" };
    private readonly Option<string?> _name = new("--oidc-name") { Description = "What the way to log in is called (default: the provider's host).", HelpName = "TEXT" };
    private readonly Option<string[]> _scopes = new("--oidc-scope") { Description = "A scope to ask for; may be given several times (default: openid profile email).", HelpName = "SCOPE" };
    private readonly Option<string?> _nameClaim = new("--oidc-name-claim") { Description = "The claim that names new accounts (default: preferred_username).", HelpName = "CLAIM" };
    private readonly Option<string?> _roleClaim = new("--oidc-role-claim") { Description = "The claim whose values stand for roles, such as groups (default: none, roles are managed here).", HelpName = "CLAIM" };
    private readonly Option<string[]> _roles = new("--oidc-role") { Description = "What a value of that claim stands for, such as ops=operator; may be given several times, the highest counts.", HelpName = "VALUE=ROLE" };
    private readonly Option<string?> _defaultRole = new("--oidc-default-role") { Description = "The role of those for whom no claim names another (default: none, and no account).", HelpName = "ROLE" };
    private readonly Option<string?> _organizationClaim = new("--oidc-organization-claim") { Description = "The claim that names the organisation, which has to exist (default: everybody is in default).", HelpName = "CLAIM" };
    private readonly Option<bool> _existing = new("--oidc-existing-accounts") { Description = "Let in only those for whom an admin has made an account (users add NAME --oidc-subject SUB)." };
    private readonly Option<bool> _only = new("--oidc-only") { Description = "Let nobody log in with a password any more." };

    private Option[] Others => [_client, _secret, _name, _scopes, _nameClaim, _roleClaim, _roles, _defaultRole, _organizationClaim, _existing, _only];

    public void Add(Command command)
    {
        command.Options.Add(_authority);
        foreach (var option in Others) command.Options.Add(option);
    }

    /// <exception cref="CommandRefusedException">An option asks for another one, or the secret cannot be read.</exception>
    public OidcOptions? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_authority) is not { } authority)
        {
            return Others.FirstOrDefault(o => parsed.GetResult(o) is { Implicit: false }) is { } alone
                ? throw Refuse($"{alone.Name} belongs to an OpenID provider; name its issuer with --oidc-authority.")
                : null;
        }

        var defaults = new OidcOptions { Authority = authority, ClientId = parsed.GetValue(_client) ?? throw Refuse("--oidc-authority needs --oidc-client-id, the id under which this server is registered there.") };
        return defaults with
        {
            ClientSecret = parsed.GetValue(_secret) is { } path ? OwnerFile.ReadLine(path, "--oidc-client-secret-file") : null,
            Name = parsed.GetValue(_name),
            Scopes = parsed.GetValue(_scopes) is { Length: > 0 } scopes ? scopes : defaults.Scopes,
            NameClaim = parsed.GetValue(_nameClaim) ?? defaults.NameClaim,
            RoleClaim = parsed.GetValue(_roleClaim),
            Roles = RolesOf(parsed.GetValue(_roles) ?? []),
            DefaultRole = parsed.GetValue(_defaultRole) ?? defaults.DefaultRole,
            OrganizationClaim = parsed.GetValue(_organizationClaim),
            CreatesAccounts = !parsed.GetValue(_existing),
            IsOnly = parsed.GetValue(_only),
        };
    }

    // The last '=' parts them: values may be names of a directory, which have some themselves.
    private static Dictionary<string, string> RolesOf(string[] texts)
    {
        var roles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var at = text.LastIndexOf('=');
            if (at < 1) throw Refuse($"--oidc-role is a value of the claim and its role, such as ops=operator; '{text}' is not.");
            if (!roles.TryAdd(text[..at], text[(at + 1)..])) throw Refuse($"--oidc-role names '{text[..at]}' twice.");
        }

        return roles;
    }

    private static CommandRefusedException Refuse(string why) => new(ExitCodes.Invalid, why);
}
