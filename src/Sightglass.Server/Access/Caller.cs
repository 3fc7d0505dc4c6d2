using System.Collections.Immutable;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;

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
    public static Caller Socket { get; } = new(Environment.UserName, DefaultOrganization, Role.Admin, CallerKind.Socket);

    /// <summary>Gets the roles on single pipelines, by id, where they are more than <see cref="Role"/>.</summary>
    public IReadOnlyDictionary<string, Role> Grants { get; init; } = ImmutableDictionary<string, Role>.Empty;

    /// <summary>Gets who asks as events and lists say it.</summary>
    public string By => Name;

    /// <summary>Gives the role on one pipeline.</summary>
    public Role RoleOn(string pipelineId) => Grants.TryGetValue(pipelineId, out var granted) && granted > Role ? granted : Role;

    /// <summary>Tells whether the caller may see a pipeline.</summary>
    public bool Sees(PipelineEntry pipeline) => pipeline.Organization == Organization && RoleOn(pipeline.Id) > Role.None;

    /// <summary>Leaves of a list what the caller may see.</summary>
    public ExecutionQuery Narrow(ExecutionQuery query) => query with { Organization = Organization };
}
