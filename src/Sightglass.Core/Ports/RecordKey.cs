using System.Text;

namespace Sightglass.Core.Ports;

/// <summary>Where a record lies.</summary>
/// <param name="Organization">The organisation it belongs to, 1 to 128 bytes of UTF-8.</param>
/// <param name="Collection">What kind of record it is, 1 to 64 bytes of UTF-8, such as <c>idempotency</c>.</param>
/// <param name="Key">Its name within the collection, 1 to 512 bytes of UTF-8.</param>
public sealed record RecordKey(string Organization, string Collection, string Key)
{
    /// <summary>Longest name of an organisation, in bytes of UTF-8.</summary>
    public const int MaxOrganizationBytes = 128;

    /// <summary>Longest name of a collection, in bytes of UTF-8.</summary>
    public const int MaxCollectionBytes = 64;

    /// <summary>Longest key, in bytes of UTF-8.</summary>
    public const int MaxKeyBytes = 512;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Compares two keys as lists do: by code points, which is the order of their UTF-8 bytes.</summary>
    /// <param name="left">One key.</param>
    /// <param name="right">The other.</param>
    /// <returns>Less than 0, 0 or more than 0.</returns>
    public static int Compare(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var equal = left.AsSpan().CommonPrefixLength(right);
        return equal == left.Length || equal == right.Length ? left.Length - right.Length : Rank(left[equal]) - Rank(right[equal]);
    }

    /// <summary>Refuses a key that no store could hold.</summary>
    /// <exception cref="ArgumentException">A part is empty, too long, holds a control character or half a surrogate pair.</exception>
    public void Validate()
    {
        Check(Organization, MaxOrganizationBytes, "organisation");
        Check(Collection, MaxCollectionBytes, "collection");
        Check(Key, MaxKeyBytes, "key");
    }

    internal static void Check(string text, int maxBytes, string what, bool mayBeEmpty = false)
    {
        ArgumentNullException.ThrowIfNull(text, what);
        if (text.Length == 0 && !mayBeEmpty) throw new ArgumentException($"The {what} of a record must not be empty.");
        foreach (var c in text)
            if (char.IsControl(c)) throw new ArgumentException($"The {what} of a record holds a control character (U+{(int)c:X4}); leave it out.");
        int bytes;
        try
        {
            bytes = Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException error)
        {
            throw new ArgumentException($"The {what} of a record holds half a surrogate pair; it has to be valid Unicode.", error);
        }

        if (bytes > maxBytes) throw new ArgumentException($"The {what} of a record has {bytes} bytes; at most {maxBytes} are allowed.");
    }

    // Half a pair stands for a code point above all of the basic plane, though its number lies below U+E000.
    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
