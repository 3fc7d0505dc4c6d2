using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access.Oidc;

/// <summary>Says whether an ID token counts: signed by the provider, for this server, now, and for this very login.</summary>
internal sealed class IdTokenCheck(OidcOptions options, OidcProvider provider, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = OidcLimits.MaxTokenChars, MapInboundClaims = false };

    /// <summary>Checks a token.</summary>
    /// <returns>Its claims, or why it does not count.</returns>
    public async Task<(JsonElement Claims, ApiProblem? Problem)> CheckAsync(OidcMetadata metadata, string token, OidcLogin login, CancellationToken cancellationToken)
    {
        if (token.Length > OidcLimits.MaxTokenChars) return (default, OidcProblems.BadToken("is too long"));
        if (HeaderOf(token) is not var (algorithm, key)) return (default, OidcProblems.BadToken("cannot be read"));
        if (!OidcKeys.Algorithms.Contains(algorithm)) return (default, OidcProblems.BadToken("is signed in a way that is not taken; RS256, PS256 and ES256 are"));
        var (keys, problem) = await FindKeysAsync(key, cancellationToken).ConfigureAwait(false);
        if (problem is not null) return (default, problem);
        var result = await ValidateAsync(metadata, token, keys).ConfigureAwait(false);
        if (!result.IsValid && key is null && (await provider.ReadKeysAsync(isUnknown: true, cancellationToken).ConfigureAwait(false)).Keys is { Count: > 0 } newer)
            result = await ValidateAsync(metadata, token, newer).ConfigureAwait(false);
        if (!result.IsValid) return (default, OidcProblems.BadToken(Explain(result.Exception)));
        var read = (JsonWebToken)result.SecurityToken;
        var claims = JsonElement.Parse(Base64UrlEncoder.DecodeBytes(read.EncodedPayload));
        return Check(read, claims, login) is { } wrong ? (default, OidcProblems.BadToken(wrong)) : (claims, null);
    }

    /// <summary>Gives the keys that may have signed a token: the one it names, or where it names none all.</summary>
    private async Task<(IReadOnlyList<SecurityKey> Keys, ApiProblem? Problem)> FindKeysAsync(string? name, CancellationToken cancellationToken)
    {
        var (keys, problem) = await provider.ReadKeysAsync(isUnknown: false, cancellationToken).ConfigureAwait(false);
        if (problem is not null || name is null) return (keys, problem);
        List<SecurityKey> named = [.. keys.Where(k => k.KeyId == name)];
        if (named.Count > 0) return (named, null);

        // The provider may sign with a key that is newer than those that were read.
        (keys, problem) = await provider.ReadKeysAsync(isUnknown: true, cancellationToken).ConfigureAwait(false);
        named = [.. keys.Where(k => k.KeyId == name)];
        return named.Count > 0 ? (named, null) : ([], problem ?? OidcProblems.BadToken("is signed by a key that the provider does not name"));
    }

    private Task<TokenValidationResult> ValidateAsync(OidcMetadata metadata, string token, IReadOnlyList<SecurityKey> keys) => _handler.ValidateTokenAsync(token, new TokenValidationParameters
    {
        ValidAlgorithms = OidcKeys.Algorithms,
        RequireSignedTokens = true,
        IssuerSigningKeys = keys,
        ValidIssuer = metadata.Issuer,
        ValidAudience = options.ClientId,
        RequireAudience = true,
        RequireExpirationTime = true,
        LifetimeValidator = (begin, end, _, _) => IsNow(begin, end),
        LogValidationExceptions = false,
    });

    private bool IsNow(DateTime? begin, DateTime? end)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return end is { } last && now - OidcLimits.Skew < last && (begin is not { } first || now + OidcLimits.Skew >= first);
    }

    private string? Check(JsonWebToken token, JsonElement claims, OidcLogin login)
    {
        // Other tokens of the provider are signed by the same keys.
        if (!string.IsNullOrEmpty(token.Typ) && !token.Typ.Equals("JWT", StringComparison.OrdinalIgnoreCase)) return "is a token of another kind";
        if (OidcClaims.Text(claims, "nonce") is not { } nonce || !Secrets.AreSame(nonce, login.Nonce)) return "is the answer to another login (nonce)";
        var presenter = OidcClaims.Text(claims, "azp");
        if (presenter is null ? token.Audiences.Count() > 1 : presenter != options.ClientId) return "was made for another client (azp)";
        return OidcClaims.Text(claims, "sub") is { Length: > 0 and <= OidcLimits.MaxSubject } ? null : "names nobody (sub)";
    }

    private static (string Algorithm, string? Key)? HeaderOf(string token)
    {
        try
        {
            var read = new JsonWebToken(token);
            return (read.Alg, string.IsNullOrEmpty(read.Kid) ? null : read.Kid);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or JsonException or FormatException)
        {
            return null;
        }
    }

    private static string Explain(Exception? error) => error switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenNoExpirationException or SecurityTokenExpiredException or SecurityTokenNotYetValidException => "has expired or does not count yet; compare the clocks of both machines",
        SecurityTokenInvalidAudienceException => "is for another audience (aud)",
        SecurityTokenInvalidIssuerException => "is of another issuer (iss)",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException or SecurityTokenInvalidAlgorithmException => "has no valid signature",
        _ => "cannot be read",
    };
}
