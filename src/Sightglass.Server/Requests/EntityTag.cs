using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Sightglass.Server.Requests;

/// <summary>What a client has of a resource, and whether that is what there is.</summary>
internal static class EntityTag
{
    /// <summary>Makes the tag of some content.</summary>
    public static string Of(ReadOnlySpan<byte> content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"";

    /// <summary>Tells the tag, and that an answer that is kept has to be asked for again.</summary>
    /// <returns>Whether the client has it already: it was answered by 304.</returns>
    public static bool IsKnown(HttpContext context, string tag)
    {
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "private, no-cache";
        if (!Contains(context.Request.Headers.IfNoneMatch.ToString(), tag)) return false;
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    /// <summary>Tells whether a list of tags, or <c>*</c>, names one.</summary>
    public static bool Contains(string list, string tag) =>
        list.Trim() == "*" || (EntityTagHeaderValue.TryParseList([list], out var tags) && tags.Any(t => t.Tag.Equals(tag, StringComparison.Ordinal)));
}
