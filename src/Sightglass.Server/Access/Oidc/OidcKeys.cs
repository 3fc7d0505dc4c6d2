using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Sightglass.Server.Access.Oidc;

/// <summary>The keys of a provider with which a signature may be checked: public ones, long enough, and made for signatures.</summary>
internal static class OidcKeys
{
    /// <summary>Gets how a token may be signed. <c>none</c>, and what needs a secret that both know, is not among them.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];

    /// <summary>Reads keys.</summary>
    /// <returns>Those that count, or what is wrong with all of them.</returns>
    public static (IReadOnlyList<SecurityKey> Keys, string? Wrong) Read(JsonElement json)
    {
        if (!json.TryGetProperty("keys", out var listed) || listed.ValueKind != JsonValueKind.Array) return ([], "are no list");
        if (listed.GetArrayLength() > OidcLimits.MaxKeys) return ([], $"are more than {OidcLimits.MaxKeys}");
        var keys = new List<SecurityKey>();
        foreach (var one in listed.EnumerateArray())
        {
            if (Read(one.GetRawText()) is { } key) keys.Add(key);
        }

        return keys.Count > 0 ? (keys, null) : ([], "have none for RS256, PS256 or ES256");
    }

    private static JsonWebKey? Read(string json)
    {
        try
        {
            var key = new JsonWebKey(json);
            var isForSignatures = key.Use is null or "" or "sig" && (string.IsNullOrEmpty(key.Alg) || Algorithms.Contains(key.Alg));
            if (!isForSignatures) return null;
            return key.Kty switch
            {
                JsonWebAlgorithmsKeyTypes.RSA when key.KeySize >= OidcLimits.MinRsaBits => key,
                JsonWebAlgorithmsKeyTypes.EllipticCurve when key.Crv == JsonWebKeyECTypes.P256 => key,
                _ => null,
            };
        }
        catch (Exception e) when (e is ArgumentException or JsonException or FormatException)
        {
            // One key of a form that is not known here takes nothing from the others.
            return null;
        }
    }
}
