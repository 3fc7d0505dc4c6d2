using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Executions.Recorded;

/// <summary>A part of some bytes.</summary>
/// <param name="Offset">How many stand before it.</param>
/// <param name="Length">How many it has at most.</param>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>Tells whether a request asks for a part by the header Range; several parts, and other units, ask for the whole.</summary>
    public static bool IsAsked(HttpRequest request, out RangeItemHeaderValue range)
    {
        range = new RangeItemHeaderValue(0, null);
        if (!RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var header) || header.Unit != "bytes" || header.Ranges.Count != 1) return false;
        range = header.Ranges.Single();
        return true;
    }

    /// <summary>Gives the part of so many bytes that is asked for; nothing where there is none.</summary>
    public static ByteRange? Of(RangeItemHeaderValue range, long total)
    {
        if (range.From is not { } from) return range.To is > 0 and var last && total > 0 ? new ByteRange(Math.Max(0, total - last), Math.Min(total, last)) : null;
        return from < total ? new ByteRange(from, Math.Min(range.To ?? long.MaxValue, total - 1) - from + 1) : null;
    }

    /// <summary>Refuses a part that lies behind the end.</summary>
    public static Task RefuseAsync(HttpContext context, long? total)
    {
        context.Response.Headers.ContentRange = "bytes */" + (total?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "*");
        return new ApiProblem(416, "range_not_satisfiable", total is null ? "The range lies behind the end." : $"The range lies behind the end; there are {total:N0} bytes.").WriteAsync(context);
    }

    /// <summary>Says in the answer which part it holds.</summary>
    public void Tell(HttpResponse response, long? total)
    {
        response.StatusCode = StatusCodes.Status206PartialContent;
        response.Headers.ContentRange = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"bytes {Offset}-{Offset + Length - 1}/{(total is null ? "*" : total.Value.ToString(System.Globalization.CultureInfo.InvariantCulture))}");
        response.ContentLength = Length;
    }
}
