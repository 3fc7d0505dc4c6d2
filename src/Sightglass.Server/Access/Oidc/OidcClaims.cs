using System.Text.Json;

namespace Sightglass.Server.Access.Oidc;

/// <summary>Reads what an ID token says of a person.</summary>
internal static class OidcClaims
{
    /// <summary>Gives a claim that is one text.</summary>
    public static string? Text(JsonElement claims, string name) => Find(claims, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>Gives the role that the claims stand for; <see langword="null"/> where roles are managed here.</summary>
    public static Role? RoleOf(JsonElement claims, OidcOptions options)
    {
        if (options.RoleClaim is not { } name) return null;
        var highest = options.UsualRole;
        foreach (var value in Values(Find(claims, name)))
        {
            if (options.Roles.TryGetValue(value, out var text) && Access.Roles.TryParse(text, out var role) && role > highest) highest = role;
        }

        return highest;
    }

    private static IEnumerable<string> Values(JsonElement? claim) => claim switch
    {
        { ValueKind: JsonValueKind.String } text => [text.GetString()!],
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray().Take(OidcLimits.MaxClaimValues).Where(static v => v.ValueKind == JsonValueKind.String).Select(static v => v.GetString()!),
        _ => [],
    };

    // Names may have dots themselves, such as addresses; only where there is no such claim do they lead into objects.
    private static JsonElement? Find(JsonElement claims, string name)
    {
        if (claims.TryGetProperty(name, out var whole)) return whole;
        var at = claims;
        foreach (var part in name.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part, out at)) return null;
        }

        return at;
    }
}
