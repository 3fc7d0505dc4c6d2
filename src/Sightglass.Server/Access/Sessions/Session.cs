namespace Sightglass.Server.Access.Sessions;

/// <summary>A login that goes on, as it is kept under the hash of its cookie.</summary>
internal sealed record Session
{
    /// <summary>Gets what stays the same whatever cookie it has.</summary>
    public required Guid Id { get; init; }

    public required string Organization { get; init; }

    /// <summary>Gets the account; none where the start token was shown.</summary>
    public string? Account { get; init; }

    /// <summary>Gets which account of that name.</summary>
    public Guid AccountId { get; init; }

    /// <summary>Gets the account's stamp, or what the start token was known by: once it is another, the session has ended.</summary>
    public required string Stamp { get; init; }

    /// <summary>Gets what a page shows to prove that it can read answers of this server.</summary>
    public required string Csrf { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets when its cookie was given out.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>Gets whether another cookie has taken its place.</summary>
    public bool IsReplaced { get; init; }
}
