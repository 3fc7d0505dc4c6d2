using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Sightglass.Server.Access.Oidc;

/// <summary>Begins logins and takes each back once. What is under way costs this server nothing: it lies sealed in a cookie of
/// the browser, under a key that goes with the process. Safe for concurrent use.</summary>
internal sealed class OidcLogins(TimeProvider time)
{
    private readonly IDataProtector _seal = new EphemeralDataProtectionProvider().CreateProtector("oidc-login");

    // Guarded by _gate: logins that have come back, until they could not any more.
    private readonly Lock _gate = new();
    private readonly Queue<(string State, DateTimeOffset End)> _order = [];
    private readonly HashSet<string> _returned = new(StringComparer.Ordinal);

    /// <summary>Begins a login.</summary>
    /// <returns>It, and what the browser holds of it.</returns>
    public (OidcLogin Login, string Sealed) Begin(string returnAddress, string next)
    {
        var login = new OidcLogin(Random(), Random(), Random(), returnAddress, next, time.GetUtcNow() + OidcLimits.LoginTime);
        return (login, Base64Url.EncodeToString(_seal.Protect(JsonSerializer.SerializeToUtf8Bytes(login, AccessJson.Default.OidcLogin))));
    }

    /// <summary>Takes a login back.</summary>
    /// <param name="held">What the browser holds.</param>
    /// <param name="state">What the provider gave back.</param>
    /// <returns>The login; <see langword="null"/> where it is none of this browser, has come back already, or is too late.</returns>
    public OidcLogin? Return(string? held, string? state)
    {
        if (string.IsNullOrEmpty(held) || string.IsNullOrEmpty(state) || Open(held) is not { } login) return null;
        return Secrets.AreSame(login.State, state) && time.GetUtcNow() < login.End && IsFirst(login) ? login : null;
    }

    /// <summary>Gives what PKCE shows of a verifier beforehand.</summary>
    public static string ChallengeOf(string verifier) => Base64Url.EncodeToString(SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(verifier)));

    private bool IsFirst(OidcLogin login)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            while (_order.TryPeek(out var oldest) && (oldest.End <= now || _order.Count >= OidcLimits.MaxReturned))
            {
                _order.Dequeue();
                _returned.Remove(oldest.State);
            }

            if (!_returned.Add(login.State)) return false;
            _order.Enqueue((login.State, login.End));
            return true;
        }
    }

    private OidcLogin? Open(string held)
    {
        try
        {
            return JsonSerializer.Deserialize(_seal.Unprotect(Base64Url.DecodeFromChars(held)), AccessJson.Default.OidcLogin);
        }
        catch (Exception e) when (e is CryptographicException or FormatException or JsonException)
        {
            return null;
        }
    }

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
