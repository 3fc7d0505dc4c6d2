using System.Net;

namespace Sightglass.Server.Access.Oidc;

/// <summary>The OpenID provider that vouches for people, and what its word is worth here.</summary>
public sealed record OidcOptions
{
    /// <summary>Gets the provider's issuer, under which its <c>/.well-known/openid-configuration</c> lies: <c>https</c>, or
    /// <c>http</c> on the loopback.</summary>
    public required string Authority { get; init; }

    /// <summary>Gets the name under which this server is registered there.</summary>
    public required string ClientId { get; init; }

    /// <summary>Gets the secret of the registration.</summary>
    /// <value>None: a public client, which PKCE alone protects.</value>
    public string? ClientSecret { get; init; }

    /// <summary>Gets what the way to log in is called.</summary>
    /// <value>None: the host of the authority.</value>
    public string? Name { get; init; }

    /// <summary>Gets the scopes that are asked for; <c>openid</c> is among them in any case.</summary>
    /// <value><c>openid profile email</c>.</value>
    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "profile", "email"];

    /// <summary>Gets the claim that names a new account.</summary>
    /// <value><c>preferred_username</c>.</value>
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>Gets the claim whose values, a text or a list, stand for roles; a dot leads into an object.</summary>
    /// <value>None: a new account has <see cref="DefaultRole"/>, and admins change it here.</value>
    public string? RoleClaim { get; init; }

    /// <summary>Gets the role (viewer, operator, author, admin) that each value of <see cref="RoleClaim"/> stands for; the highest counts.</summary>
    /// <value>None.</value>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();

    /// <summary>Gets the role of those for whom no claim names another.</summary>
    /// <value><c>none</c>: they get no account.</value>
    public string DefaultRole { get; init; } = "none";

    /// <summary>Gets that role; what the options have is checked when the server starts.</summary>
    internal Role UsualRole => Access.Roles.TryParse(DefaultRole, out var role) ? role : Role.None;

    /// <summary>Gets the claim that names the organisation, which has to exist.</summary>
    /// <value>None: <c>default</c>.</value>
    public string? OrganizationClaim { get; init; }

    /// <summary>Gets whether whoever has a role gets an account at the first login.</summary>
    /// <value>True; otherwise admins make the accounts.</value>
    public bool CreatesAccounts { get; init; } = true;

    /// <summary>Gets whether passwords of accounts open nothing any more.</summary>
    /// <value>False.</value>
    public bool IsOnly { get; init; }

    /// <summary>Gets how long the provider may take for each answer, 1 to 60 seconds.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets what the way to log in is called, whatever was asked.</summary>
    internal string DisplayName => Name ?? new Uri(Authority).Host;

    /// <summary>Gets the issuer as it is compared.</summary>
    internal string Issuer => Authority.TrimEnd('/');

    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="ArgumentException">A part is missing or of the wrong form.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    internal OidcOptions Checked()
    {
        if (!IsAddress(Authority)) throw new ArgumentException($"'{Authority}' is no OpenID provider; write its issuer, such as https://login.example.org (http is for the loopback alone).");
        if (string.IsNullOrWhiteSpace(ClientId)) throw new ArgumentException("The OpenID provider needs the id under which this server is registered there.");
        if (ClientSecret is not null && string.IsNullOrWhiteSpace(ClientSecret)) throw new ArgumentException("The secret for the OpenID provider is empty.");
        if (string.IsNullOrWhiteSpace(NameClaim)) throw new ArgumentException("The claim that names accounts is empty.");
        foreach (var role in Roles.Values.Append(DefaultRole))
        {
            if (!Access.Roles.TryParse(role, out _)) throw new ArgumentException($"'{role}' is no role; the roles are none, viewer, operator, author and admin.");
        }

        if (Roles.Count > 0 && RoleClaim is null) throw new ArgumentException("Values stand for roles, and no claim is named that has them.");
        if (RoleClaim is not null && Roles.Count == 0) throw new ArgumentException($"No value of the claim '{RoleClaim}' stands for a role.");
        ArgumentOutOfRangeException.ThrowIfLessThan(Timeout, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Timeout, TimeSpan.FromMinutes(1));
        return this;
    }

    /// <summary>Tells whether a provider may lie at an address.</summary>
    internal static bool IsAddress(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
        && (uri.Scheme == "https" || (uri.Scheme == "http" && (uri.Host == "localhost" || (IPAddress.TryParse(uri.DnsSafeHost, out var address) && IPAddress.IsLoopback(address)))));
}
