using System.Security.Cryptography;

namespace Sightglass.Server.Access.Tls;

/// <summary>The files of a certificate, as they were at one moment.</summary>
/// <param name="Options">Which files.</param>
/// <param name="Certificate">The certificate's.</param>
/// <param name="Key">The key's; <see langword="null"/> where it is the same.</param>
/// <param name="Password">The first line of the password's.</param>
internal sealed record CertificateFiles(TlsOptions Options, byte[] Certificate, byte[]? Key, string? Password)
{
    /// <summary>Gets what tells their content apart. Times of change do not: a link may be turned to another file.</summary>
    public string Stamp { get; } = Convert.ToHexString(SHA256.HashData([.. SHA256.HashData(Certificate), .. SHA256.HashData(Key ?? []), .. SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Password ?? ""))]));

    /// <summary>Reads them.</summary>
    /// <exception cref="ServerStartException">One cannot be read.</exception>
    public static CertificateFiles Read(TlsOptions options)
    {
        var password = options.PasswordPath is { } path ? System.Text.Encoding.UTF8.GetString(Read(path, "password")).Split('\n')[0].TrimEnd('\r') : null;
        return new CertificateFiles(options, Read(options.CertificatePath, "certificate"), options.KeyPath is { } key ? Read(key, "key") : null, password);
    }

    private static byte[] Read(string path, string what)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var buffer = new byte[TlsLimits.MaxFileBytes + 1];
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            if (length > TlsLimits.MaxFileBytes) throw Unreadable($"has more than {TlsLimits.MaxFileBytes / 1024} KiB");
            return length == 0 ? throw Unreadable("is empty") : buffer[..length];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unreadable("does not exist", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable("cannot be read: " + e.Message, e);
        }

        ServerStartException Unreadable(string why, Exception? e = null) => new("tls_unreadable", $"The file of the {what} '{path}' {why}.", e);
    }
}
