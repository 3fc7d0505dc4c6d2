using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sightglass.Core.Scheduling;

/// <summary>A name that a caller gives to one request, so that the same request made again has no second effect.</summary>
/// <remarks>
/// The first request that has an effect is remembered in the commit of that effect, with its answer. Made again with the
/// same key and body it gets that answer; with another body it is refused with <c>idempotency_conflict</c>. A request that
/// is refused is not remembered. A key counts within its organisation, operation, target and caller.
/// </remarks>
public sealed record IdempotencyKey
{
    /// <summary>Most characters of a key.</summary>
    public const int MaxLength = 255;

    /// <summary>Gets the key, 1 to 255 characters without control characters; best a random UUID.</summary>
    public required string Key { get; init; }

    /// <summary>Gets who asks; the same key of another caller is another key.</summary>
    public string Caller { get; init; } = "";

    /// <summary>Gets the organisation.</summary>
    /// <value><c>default</c>.</value>
    public string Organization { get; init; } = "default";

    /// <summary>Gets bytes that stand for what is asked for, such as the body of the HTTP request; only their hash is kept.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Tells whether a text can be a key.</summary>
    /// <param name="key">The text.</param>
    public static bool IsValid(string? key) => key is { Length: >= 1 and <= MaxLength } && !key.Any(c => char.IsControl(c) || char.IsSurrogate(c));

    /// <summary>Gives the record that the key stands for in one operation.</summary>
    /// <param name="operation">The operation and what it is asked of.</param>
    /// <param name="expiresAt">Until when it is remembered.</param>
    internal RememberedRequest For(string operation, DateTimeOffset expiresAt)
    {
        // Each part after its length: no two scopes may flow together.
        var scope = string.Create(CultureInfo.InvariantCulture, $"{operation.Length}:{operation}{Caller.Length}:{Caller}{Key}");
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope)));
        return new RememberedRequest(new Ports.RecordKey(Organization, "idempotency", name), Convert.ToHexStringLower(SHA256.HashData(Body.Span)), expiresAt);
    }
}
