using Microsoft.Extensions.Logging;
using Sightglass.Core.Ports;
using Sightglass.Server.Access.Accounts;
using Sightglass.Server.Access.Auditing;
using Sightglass.Server.Access.Oidc;
using Sightglass.Server.Access.Sessions;
using Sightglass.Server.Access.Tokens;

namespace Sightglass.Server.Access;

/// <summary>What tells callers apart and keeps what they hold.</summary>
internal sealed class AccessServices : IDisposable
{
    public AccessServices(IRecordStore? records, AccessOptions options, TimeProvider time, ILogger logger)
    {
        records ??= new NoRecords();
        Options = options;
        Time = time;
        Accounts = new AccountStore(records, time);
        Logins = new Logins(Accounts, options, time);
        Sessions = new SessionStore(records, options, time);
        Tokens = new TokenStore(records, time);
        Audit = new AuditLog(records, options, time, logger);
        Identity = new Identity(this);
        Requests = new OpenRequests(Identity, options.Recheck, time);
        if (options.Oidc is { } provider) Oidc = new OidcServices(provider, Accounts, time);
    }

    public AccessOptions Options { get; }

    public TimeProvider Time { get; }

    public AccountStore Accounts { get; }

    public Logins Logins { get; }

    public SessionStore Sessions { get; }

    public TokenStore Tokens { get; }

    public AuditLog Audit { get; }

    public Identity Identity { get; }

    public OpenRequests Requests { get; }

    /// <summary>Gets what logins by a provider need; <see langword="null"/> where there is none.</summary>
    public OidcServices? Oidc { get; }

    /// <summary>Gets whether there is somebody, or will be, who can log in.</summary>
    public bool HasPeople => Accounts.Exist || Oidc is not null;

    /// <summary>Gets whether passwords of accounts open anything.</summary>
    public bool TakesPasswords => Accounts.Exist && Oidc is not { Options.IsOnly: true };

    /// <summary>Gets whether callers over the network have to say who they are.</summary>
    public bool AsksForLogin => HasPeople || Options.StartToken is not null;

    public void Dispose()
    {
        Accounts.Dispose();
        Logins.Dispose();
        Requests.Dispose();
        Oidc?.Dispose();
    }
}
