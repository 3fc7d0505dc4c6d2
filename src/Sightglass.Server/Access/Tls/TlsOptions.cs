namespace Sightglass.Server.Access.Tls;

/// <summary>The certificate that addresses with <c>https</c> show.</summary>
public sealed record TlsOptions
{
    /// <summary>Gets the file of the certificate: PEM, with the certificates between it and its root after it, or PKCS #12
    /// (<c>.pfx</c>, <c>.p12</c>), which holds the key too.</summary>
    public required string CertificatePath { get; init; }

    /// <summary>Gets the PEM file of the private key.</summary>
    /// <value>None: the certificate's own file holds it.</value>
    public string? KeyPath { get; init; }

    /// <summary>Gets the file whose first line is the password of the key.</summary>
    /// <value>None: the key has no password.</value>
    public string? PasswordPath { get; init; }

    /// <summary>Gets how often the files are read again; where they have changed, the next connections get the new certificate.
    /// A second to a day.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan Reload { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Refuses what makes no sense.</summary>
    /// <exception cref="ArgumentException">There is no path.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    internal TlsOptions Checked()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(CertificatePath);
        ArgumentOutOfRangeException.ThrowIfLessThan(Reload, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Reload, TimeSpan.FromDays(1));
        return this;
    }
}
