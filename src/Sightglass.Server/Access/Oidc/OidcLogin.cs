namespace Sightglass.Server.Access.Oidc;

/// <summary>A login that is under way at the provider; the browser holds it, sealed.</summary>
/// <param name="State">What the provider gives back, so that nobody slips another login in.</param>
/// <param name="Nonce">What its token has to name.</param>
/// <param name="Verifier">What redeems the code (PKCE).</param>
/// <param name="ReturnAddress">Where the provider sends the browser.</param>
/// <param name="Next">The page that is shown afterwards.</param>
/// <param name="End">Until when it may come back.</param>
internal sealed record OidcLogin(string State, string Nonce, string Verifier, string ReturnAddress, string Next, DateTimeOffset End);
