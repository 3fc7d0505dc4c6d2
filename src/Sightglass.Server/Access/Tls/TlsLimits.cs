namespace Sightglass.Server.Access.Tls;

/// <summary>Bounds of certificates and of the start of an encrypted connection.</summary>
internal static class TlsLimits
{
    /// <summary>The most bytes of the file of a certificate, a key or a password.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    /// <summary>How long a client may take to agree on encryption.</summary>
    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);

    /// <summary>How long before its end a certificate is warned of.</summary>
    public static readonly TimeSpan ExpiresSoon = TimeSpan.FromDays(14);
}
