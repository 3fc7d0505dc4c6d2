using System.Collections.Immutable;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Access.Tokens;

namespace Sightglass.Server.Access;

/// <summary>Who asks.</summary>
/// <param name="Name">The name of the account, of the user of this machine, or <c>local</c>.</param>
/// <param name="Organization">The organisation in which everything is looked for.</param>
/// <param name="Role">The role in the whole organisation.</param>
/// <param name="Kind">How the caller is known.</param>
internal sealed record Caller(string Name, string Organization, Role Role, CallerKind Kind)
{
    /// <summary>The organisation where nobody has made another.</summary>
    public const string DefaultOrganization = "default";

    /// <summary>Gets who asks where there is no login: whoever sits at this machine.</summary>
    public static Caller Local { get; } = new("local", DefaultOrganization, Role.Admin, CallerKind.Local);

    /// <summary>Gets who asks over the socket: the owner of the process.</summary>
    public static Caller Socket { get; } = new(Environment.UserName, DefaultOrganization, Role.Admin, CallerKind.Socket) { By = Environment.UserName + " (socket)" };

    /// <summary>Gets the roles on single pipelines, by id, where they are more than <see cref="Role"/>.</summary>
    public IReadOnlyDictionary<string, Role> Grants { get; init; } = ImmutableDictionary<string, Role>.Empty;

    /// <summary>Gets who asks as events and the audit log say it: the name, and how it is known where that is no login.</summary>
    public string By { get; init; } = Name;

    /// <summary>Gets whether the caller is the owner of the process, to whom every name and role belongs.</summary>
    public bool IsOwner => Kind is CallerKind.Local or CallerKind.Socket;

    /// <summary>Gives who asks by a login.</summary>
    public static Caller Of(Account account) => new(account.Name, account.Organization, account.Role, CallerKind.Session) { Grants = account.Grants ?? Local.Grants };

    /// <summary>Gives the role on one pipeline.</summary>
    public Role RoleOn(string pipelineId) => Grants.TryGetValue(pipelineId, out var granted) && granted > Role ? granted : Role;

    /// <summary>Gives who asks by a token: no more than its owner, and no more than it was made for.</summary>
    public Caller Through(ApiToken token, string by)
    {
        var most = (Role held) => held < token.Role ? held : token.Role;
        var bound = token.Pipelines?.Where(p => RoleOn(p) > Role.None).ToDictionary(p => p, p => most(RoleOn(p)), StringComparer.Ordinal);
        return new Caller(Name, Organization, bound is null ? most(Role) : Role.None, CallerKind.Token)
        {
            By = by,
            Grants = bound ?? Grants.ToDictionary(g => g.Key, g => most(g.Value), StringComparer.Ordinal),
        };
    }

    /// <summary>Tells whether the caller may see a pipeline.</summary>
    public bool Sees(PipelineEntry pipeline) => pipeline.Organization == Organization && RoleOn(pipeline.Id) > Role.None;

    /// <summary>Leaves of a list what the caller may see.</summary>
    public ExecutionQuery Narrow(ExecutionQuery query) => query with { Organization = Organization, PipelineIds = Role > Role.None ? null : [.. Grants.Keys] };
}
