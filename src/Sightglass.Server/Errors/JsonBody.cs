using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sightglass.Server.Errors;

/// <summary>Reads the JSON body of a request, and says what is wrong with it.</summary>
internal static class JsonBody
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}"u8);

    /// <summary>Reads an object. No body at all counts as an empty object.</summary>
    public static async Task<(JsonElement Body, ApiProblem? Problem)> ReadAsync(HttpContext context, long maxBytes, int maxDepth = ServerLimits.MaxBodyDepth)
    {
        var body = await ReadBytesAsync(context, maxBytes).ConfigureAwait(false);
        return body.IsEmpty ? (Empty, null) : Parse(body, maxDepth);
    }

    /// <summary>Reads a body of whatever kind.</summary>
    /// <exception cref="BadHttpRequestException">It has more bytes; the boundary answers that.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpContext context, long maxBytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = maxBytes;
        using var buffer = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            // What the connection says of a chunk whose size is no size that fits.
            throw new BadHttpRequestException("its body is not framed as HTTP says.", StatusCodes.Status400BadRequest, e);
        }

        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    internal static (JsonElement Body, ApiProblem? Problem) Parse(ReadOnlyMemory<byte> utf8, int maxDepth = ServerLimits.MaxBodyDepth)
    {
        if (!Utf8.IsValid(utf8.Span)) return Refuse("The body is not UTF-8 text.");
        if (utf8.Span.StartsWith(Encoding.UTF8.Preamble)) utf8 = utf8[3..];
        JsonElement body;
        try
        {
            CheckEscapes(utf8.Span, maxDepth);
            body = JsonElement.Parse(utf8.Span, new JsonDocumentOptions { MaxDepth = maxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            return Refuse("The body is not usable JSON: " + e.Message);
        }

        return body.ValueKind == JsonValueKind.Object ? (body, null) : Refuse("The body has to be a JSON object.");
    }

    // Half a surrogate pair can be written as an escape, and no text can hold it: whoever reads it later would throw.
    private static void CheckEscapes(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        if (!utf8.Contains((byte)'\\')) return;
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            if (!reader.ValueIsEscaped) continue;
            try
            {
                reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw new JsonException("a text holds half a surrogate pair.");
            }
        }
    }

    private static (JsonElement, ApiProblem?) Refuse(string why) => (default, ApiProblem.BadRequest("invalid_json", why));
}
