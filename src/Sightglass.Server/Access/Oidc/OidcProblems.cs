using Sightglass.Server.Errors;

namespace Sightglass.Server.Access.Oidc;

/// <summary>Why a login by the provider comes to nothing.</summary>
internal static class OidcProblems
{
    public static ApiProblem Missing { get; } = new ApiProblem(404, "oidc_missing", "This server knows no OpenID provider; log in with name and password.");

    public static ApiProblem Stale { get; } = new ApiProblem(400, "oidc_state", "This login was not begun in this browser, has come back already, or took too long; begin it again.");

    /// <summary>The provider does not answer, or not as one does.</summary>
    public static ApiProblem Unavailable(string why) => new ApiProblem(502, "oidc_unavailable", $"The OpenID provider cannot be used now: {why}");

    /// <summary>The provider, or the person there, says no.</summary>
    public static ApiProblem Refused(string why) => new ApiProblem(403, "oidc_refused", $"The OpenID provider refuses the login: {why}");

    /// <summary>What the provider signed does not count here.</summary>
    public static ApiProblem BadToken(string why) => new ApiProblem(403, "oidc_token", $"The ID token of the OpenID provider does not count: it {why}.");
}
