using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sightglass.Core.Webhooks;

/// <summary>The signature of a delivery: <c>t=UNIX,v1=HEX</c>, where HEX is the HMAC-SHA256 of <c>UNIX.BODY</c>.</summary>
public static class WebhookSignature
{
    /// <summary>The header's name.</summary>
    public const string Header = "X-Sightglass-Signature";

    /// <summary>Signs a body.</summary>
    /// <param name="key">The key both sides know.</param>
    /// <param name="body">The body, byte for byte as it is sent.</param>
    /// <param name="time">When it is sent.</param>
    public static string Create(string key, ReadOnlySpan<byte> body, DateTimeOffset time)
    {
        var unix = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return $"t={unix},v1={Convert.ToHexStringLower(Mac(key, unix, body))}";
    }

    /// <summary>Checks a signature as a receiver does.</summary>
    /// <param name="header">The header's value.</param>
    /// <param name="key">The key both sides know.</param>
    /// <param name="body">The body, byte for byte as it came.</param>
    /// <param name="now">The moment.</param>
    /// <param name="tolerance">How old it may be; what is older may be sent again by somebody else.</param>
    public static bool Verify(string header, string key, ReadOnlySpan<byte> body, DateTimeOffset now, TimeSpan tolerance)
    {
        ArgumentNullException.ThrowIfNull(header);
        string? unix = null, mac = null;
        foreach (var part in header.Split(','))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal)) unix = part[2..];
            else if (part.StartsWith("v1=", StringComparison.Ordinal)) mac = part[3..];
        }

        return mac is { Length: 64 } && mac.All(char.IsAsciiHexDigit)
            && long.TryParse(unix, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(now.ToUnixTimeSeconds() - (double)seconds) <= tolerance.TotalSeconds
            && CryptographicOperations.FixedTimeEquals(Convert.FromHexString(mac), Mac(key, unix, body));
    }

    private static byte[] Mac(string key, string unix, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(key));
        hash.AppendData(Encoding.UTF8.GetBytes(unix + "."));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
