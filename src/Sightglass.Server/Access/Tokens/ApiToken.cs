namespace Sightglass.Server.Access.Tokens;

/// <summary>A token for programs, as it is kept: not the token, its hash.</summary>
internal sealed record ApiToken
{
    public required string Id { get; init; }

    public required string Organization { get; init; }

    /// <summary>Gets what its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the account it acts for; none where the owner of the process made it.</summary>
    public string? Account { get; init; }

    /// <summary>Gets which account of that name.</summary>
    public Guid AccountId { get; init; }

    /// <summary>Gets the most that it may; never more than its account may now.</summary>
    public Role Role { get; init; }

    /// <summary>Gets the pipelines to which it is bound; none for all.</summary>
    public IReadOnlyList<string>? Pipelines { get; init; }

    public required string Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }
}
