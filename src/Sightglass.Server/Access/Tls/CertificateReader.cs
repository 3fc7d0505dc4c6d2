using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sightglass.Server.Access.Tls;

/// <summary>Makes a certificate with its key of the files that hold them, or says what is wrong with them.</summary>
internal static class CertificateReader
{
    // ERROR_INVALID_PASSWORD, on every system.
    private const int WrongPassword = unchecked((int)0x80070056);

    /// <summary>Reads a certificate.</summary>
    /// <returns>The certificate with its key, and those that stand between it and its root.</returns>
    /// <exception cref="ServerStartException">The files hold no certificate, or no key that belongs to it.</exception>
    public static (X509Certificate2 Leaf, X509Certificate2Collection Chain) Read(CertificateFiles files) =>
        files.Certificate.AsSpan().IndexOf("-----BEGIN "u8) >= 0 ? ReadPem(files) : ReadPkcs12(files);

    private static (X509Certificate2, X509Certificate2Collection) ReadPem(CertificateFiles files)
    {
        var (path, keyPath) = (files.Options.CertificatePath, files.Options.KeyPath ?? files.Options.CertificatePath);
        var text = Encoding.UTF8.GetString(files.Certificate);
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(text);
        }
        catch (CryptographicException e)
        {
            throw new ServerStartException("tls_unreadable", $"'{path}' holds a certificate that cannot be read: {e.Message}", e);
        }

        if (chain.Count == 0) throw new ServerStartException("tls_unreadable", $"'{path}' holds no certificate ('-----BEGIN CERTIFICATE-----').");
        chain.RemoveAt(0);
        return (WithKey(text, files.Key is { } key ? Encoding.UTF8.GetString(key) : text, files.Password, path, keyPath), chain);
    }

    private static X509Certificate2 WithKey(string certificate, string key, string? password, string path, string keyPath)
    {
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
            throw new ServerStartException("tls_key", $"'{keyPath}' holds no private key; name its PEM file with --tls-key.");
        var isEncrypted = key.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (isEncrypted && password is null) throw Locked(keyPath, null);
        try
        {
            var read = isEncrypted ? X509Certificate2.CreateFromEncryptedPem(certificate, key, password) : X509Certificate2.CreateFromPem(certificate, key);
            return Usable(read);
        }
        catch (CryptographicException e) when (isEncrypted && e.InnerException is CryptographicException)
        {
            throw Locked(keyPath, e);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new ServerStartException("tls_key", $"The key in '{keyPath}' does not belong to the first certificate in '{path}', or cannot be read: {e.Message}", e);
        }
    }

    private static (X509Certificate2, X509Certificate2Collection) ReadPkcs12(CertificateFiles files)
    {
        var path = files.Options.CertificatePath;
        if (files.Key is not null) throw new ServerStartException("tls_key", $"'{path}' is PKCS #12, which holds its key; leave --tls-key out.");
        X509Certificate2Collection all;
        try
        {
            all = X509CertificateLoader.LoadPkcs12Collection(files.Certificate, files.Password);
        }
        catch (CryptographicException e)
        {
            throw e.HResult == WrongPassword ? Locked(path, e) : new ServerStartException("tls_unreadable", $"'{path}' is neither PEM nor PKCS #12 that can be read: {e.Message}", e);
        }

        if (all.FirstOrDefault(static c => c.HasPrivateKey) is not { } leaf) throw new ServerStartException("tls_key", $"'{path}' holds no private key; export the certificate together with its key.");
        all.Remove(leaf);
        return (leaf, all);
    }

    private static ServerStartException Locked(string path, Exception? e) =>
        new("tls_password", $"The key in '{path}' has another password; name a file whose first line is the password with --tls-password-file.", e);

    // Windows serves no certificate whose key was never in a store.
    private static X509Certificate2 Usable(X509Certificate2 read)
    {
        if (!OperatingSystem.IsWindows()) return read;
        using (read) return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
    }
}
