using System.Buffers;
using System.Security.Cryptography;

namespace Sightglass.Core.Ports;

/// <summary>The address of a value that is stored apart: <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
public static class ValueReference
{
    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Gives the reference of a value.</summary>
    /// <param name="value">The value's bytes.</param>
    public static string Of(ReadOnlySpan<byte> value)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(value, hash);
        return Prefix + Convert.ToHexStringLower(hash);
    }

    /// <summary>Reads a reference.</summary>
    /// <param name="reference">The text.</param>
    /// <param name="hash">The 32 bytes of the hash.</param>
    /// <returns>Whether the text is a reference.</returns>
    public static bool TryParse(string? reference, out byte[] hash)
    {
        hash = [];
        if (reference is null || reference.Length != Prefix.Length + 64 || !reference.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var digits = reference.AsSpan(Prefix.Length);

        // One spelling per value: upper-case digits would give the same value a second address.
        if (digits.ContainsAnyExcept(Digits)) return false;
        hash = Convert.FromHexString(digits);
        return true;
    }
}
