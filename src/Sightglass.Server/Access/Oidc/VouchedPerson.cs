namespace Sightglass.Server.Access.Oidc;

/// <summary>Whom another system vouches for.</summary>
/// <param name="Organization">Where the person belongs.</param>
/// <param name="Identity">Who it is, there and for ever: issuer and subject.</param>
/// <param name="Name">What an account of the person would be called.</param>
/// <param name="Role">The role that the other system gives; <see langword="null"/> where roles are managed here.</param>
internal sealed record VouchedPerson(string Organization, string Identity, string? Name, Role? Role)
{
    /// <summary>Gives how somebody is known for ever: names and addresses change hands, these do not.</summary>
    public static string IdentityOf(OidcOptions options, string subject) => options.Issuer + " " + subject;
}
