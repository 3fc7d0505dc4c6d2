using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sightglass.Server.Access.Accounts;

/// <summary>A password as it is kept: PBKDF2 with SHA-512, a salt of its own, and how often it was hashed.</summary>
internal static class PasswordHash
{
    /// <summary>The fewest iterations that may be asked for.</summary>
    public const int MinIterations = 10_000;

    /// <summary>The most.</summary>
    public const int MaxIterations = 10_000_000;

    private const string Scheme = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Hashes a password.</summary>
    public static string Create(string password, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(Derive(password, salt, iterations))}");
    }

    /// <summary>Tells whether a password is the one that was hashed; takes as long where it is not.</summary>
    public static bool Fits(string password, string hash)
    {
        var (salt, expected, iterations) = Read(hash);
        return CryptographicOperations.FixedTimeEquals(Derive(password, salt, iterations), expected);
    }

    /// <summary>Tells whether a password should be hashed anew, since more iterations are asked for by now.</summary>
    public static bool IsWeak(string hash, int iterations) => Read(hash).Iterations < iterations;

    private static (byte[] Salt, byte[] Hash, int Iterations) Read(string hash)
    {
        var parts = hash.Split('$');
        if (parts is not [Scheme, var count, var salt, var value] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < 1 or > MaxIterations)
            throw new InvalidDataException("The hash of a password is not in a form that this version knows.");
        return (Convert.FromBase64String(salt), Convert.FromBase64String(value), iterations);
    }

    // Two ways to write one character are one password.
    private static byte[] Derive(string password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormKC)), salt, iterations, HashAlgorithmName.SHA512, HashBytes);
}
