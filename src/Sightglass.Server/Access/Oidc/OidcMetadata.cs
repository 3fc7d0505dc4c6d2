using System.Text.Json;

namespace Sightglass.Server.Access.Oidc;

/// <summary>What a provider says of itself.</summary>
/// <param name="Issuer">What tokens name as their issuer.</param>
/// <param name="Authorization">Where browsers log in.</param>
/// <param name="Token">Where codes are redeemed.</param>
/// <param name="Keys">Where its keys are.</param>
/// <param name="TakesBasic">Whether a secret is sent in a header rather than in the body.</param>
/// <param name="NamesIssuer">Whether it says who it is when it sends a browser back.</param>
internal sealed record OidcMetadata(string Issuer, string Authorization, string Token, string Keys, bool TakesBasic, bool NamesIssuer)
{
    /// <summary>Reads a description.</summary>
    /// <returns>The description, or what is wrong with it.</returns>
    public static (OidcMetadata? Metadata, string? Wrong) Read(JsonElement json, OidcOptions options)
    {
        if (json.ValueKind != JsonValueKind.Object) return (null, "is no object");
        var (issuer, authorization, token, keys) = (Text("issuer"), Text("authorization_endpoint"), Text("token_endpoint"), Text("jwks_uri"));
        if (issuer?.TrimEnd('/') != options.Issuer) return (null, $"names the issuer '{issuer}' instead of '{options.Authority}'");
        foreach (var (name, address) in (ReadOnlySpan<(string, string?)>)[("authorization_endpoint", authorization), ("token_endpoint", token), ("jwks_uri", keys)])
        {
            if (!OidcOptions.IsAddress(address)) return (null, $"has no {name} with https");
        }

        var methods = json.TryGetProperty("token_endpoint_auth_methods_supported", out var listed) && listed.ValueKind == JsonValueKind.Array ? listed.EnumerateArray().Where(m => m.ValueKind == JsonValueKind.String).Select(m => m.GetString()).ToList() : ["client_secret_basic"];
        var namesIssuer = json.TryGetProperty("authorization_response_iss_parameter_supported", out var named) && named.ValueKind == JsonValueKind.True;
        return (new OidcMetadata(issuer!, authorization!, token!, keys!, methods.Contains("client_secret_basic") || !methods.Contains("client_secret_post"), namesIssuer), null);

        string? Text(string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
