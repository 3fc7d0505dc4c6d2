using Sightglass.Server.Access.Accounts;

namespace Sightglass.Server.Access.Oidc;

/// <summary>What logins by a provider need.</summary>
internal sealed class OidcServices : IDisposable
{
    public OidcServices(OidcOptions options, AccountStore accounts, TimeProvider time)
    {
        Options = options;
        Provider = new OidcProvider(options, time);
        Tokens = new IdTokenCheck(options, Provider, time);
        Logins = new OidcLogins(time);
        Accounts = new VouchedAccounts(accounts, options, time);
    }

    public OidcOptions Options { get; }

    public OidcProvider Provider { get; }

    public IdTokenCheck Tokens { get; }

    public OidcLogins Logins { get; }

    public VouchedAccounts Accounts { get; }

    public void Dispose() => Provider.Dispose();
}
