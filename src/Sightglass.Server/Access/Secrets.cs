using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Sightglass.Server.Access;

/// <summary>Random texts that stand for a right, and what is kept of them.</summary>
internal static class Secrets
{
    /// <summary>What every token that this product gives out begins with, so that scanners for leaked ones know it.</summary>
    public const string Prefix = "sg_";

    /// <summary>How many characters a token has.</summary>
    public const int Length = 46;

    /// <summary>Gets the characters of a token.</summary>
    public static SearchValues<char> Characters { get; } = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Makes a token of 256 random bits.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Gives the hash under which a token is kept. It is random enough that a fast hash keeps it.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>Tells whether two tokens are the same, in a time that says nothing about where they differ.</summary>
    public static bool AreSame(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(left)), SHA256.HashData(Encoding.UTF8.GetBytes(right)));
}
