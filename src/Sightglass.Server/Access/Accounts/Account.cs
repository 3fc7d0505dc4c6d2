namespace Sightglass.Server.Access.Accounts;

/// <summary>A person who may log in. It belongs to one organisation, and its name is its own there alone.</summary>
internal sealed record Account
{
    /// <summary>Gets what sessions and tokens hold of it: another account of the same name later has another.</summary>
    public required Guid Id { get; init; }

    public required string Organization { get; init; }

    public required string Name { get; init; }

    /// <summary>Gets the role in the whole organisation.</summary>
    public Role Role { get; init; }

    /// <summary>Gets the roles on single pipelines, by id.</summary>
    public IReadOnlyDictionary<string, Role>? Grants { get; init; }

    /// <summary>Gets the hash of the password; none where another system vouches for the person.</summary>
    public string? Password { get; init; }

    /// <summary>Gets whom another system has to vouch for, by its issuer and subject; none where nobody does.</summary>
    public string? Identity { get; init; }

    /// <summary>Gets what changes when its sessions are to end: with the password, and when it is disabled.</summary>
    public required Guid Stamp { get; init; }

    public bool IsDisabled { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? LastLoginAt { get; init; }

    public bool IsAdmin => Role == Role.Admin && !IsDisabled;
}
