using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Access.Oidc;

namespace Sightglass.Server.Access;

/// <summary>How callers are told apart, and how long what they hold lasts.</summary>
public sealed record AccessOptions
{
    /// <summary>Gets a token that every caller over the network has to show, on a machine shared with others: whoever holds it is
    /// the owner of the process. At least 32 characters.</summary>
    /// <value>None: without accounts, whoever reaches the loopback is the owner.</value>
    public string? StartToken { get; init; }

    /// <summary>Gets the OpenID provider that vouches for people; with one, everybody over the network has to log in.</summary>
    /// <value>None: accounts have passwords.</value>
    public OidcOptions? Oidc { get; init; }

    /// <summary>Gets how often a password is hashed, 10,000 to 10,000,000; what was hashed less often is hashed anew at its next login.</summary>
    /// <value>210,000 (PBKDF2 with SHA-512).</value>
    public int PasswordIterations { get; init; } = 210_000;

    /// <summary>Gets how long a session lasts without a request.</summary>
    /// <value>12 hours.</value>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Gets how long a session lasts at most.</summary>
    /// <value>7 days.</value>
    public TimeSpan SessionLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Gets after what time the next request of a session gets another cookie.</summary>
    /// <value>30 minutes.</value>
    public TimeSpan SessionRotation { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Gets how often the right of a stream that stays open is looked at again.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan Recheck { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets the most entries that the audit log of an organisation keeps; the oldest go.</summary>
    /// <value>200,000.</value>
    public int MaxAuditEntries { get; init; } = 200_000;

    /// <summary>Gets how long an entry of the audit log is kept.</summary>
    /// <value>400 days.</value>
    public TimeSpan AuditLife { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Makes a start token.</summary>
    public static string NewStartToken() => Secrets.Create();

    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="ArgumentException">The start token is too short, or the provider's part is of the wrong form.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count or a time is out of range.</exception>
    internal AccessOptions Checked()
    {
        if (StartToken is { Length: < 32 }) throw new ArgumentException("The start token has to have 32 characters or more.");
        Oidc?.Checked();
        ArgumentOutOfRangeException.ThrowIfLessThan(PasswordIterations, PasswordHash.MinIterations);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PasswordIterations, PasswordHash.MaxIterations);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxAuditEntries, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SessionRotation, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SessionIdle, SessionRotation);
        ArgumentOutOfRangeException.ThrowIfLessThan(SessionLife, SessionIdle);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SessionLife, TimeSpan.FromDays(366));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Recheck, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Recheck, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(AuditLife, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(AuditLife, TimeSpan.FromDays(36_600));
        return this;
    }
}
