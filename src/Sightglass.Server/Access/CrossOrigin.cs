using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Access;

/// <summary>The pages of other origins that the server was told to trust; none by default.</summary>
internal static class CrossOrigin
{
    private const string Methods = "GET, HEAD, PUT, POST, DELETE, PATCH, OPTIONS";
    private const string RequestHeaders = "Authorization, Content-Type, Accept, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range";
    private const string AnswerHeaders = "ETag, Retry-After, X-Next-Offset, Content-Range, Content-Disposition, Allow";

    /// <summary>Tells whether a request comes from a page that is trusted.</summary>
    public static bool IsAllowed(HttpRequest request, ServerOptions options) =>
        request.Headers.Origin is [{ } origin] && options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);

    /// <summary>Tells the browser that the page may have the answer.</summary>
    /// <returns>Whether the request only asked for that, and is answered.</returns>
    public static bool Answer(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = context.Request.Headers.Origin;
        headers.AccessControlExposeHeaders = AnswerHeaders;
        headers.Vary = "Origin";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (!HttpMethods.IsOptions(context.Request.Method) || context.Request.Headers.AccessControlRequestMethod.Count == 0) return false;
        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = RequestHeaders;
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = 204;
        return true;
    }

    /// <summary>Refuses what is no origin: a mistake here would let nobody in, or everybody.</summary>
    /// <exception cref="ArgumentException">One is no scheme, host and port.</exception>
    public static void Check(IReadOnlyList<string> origins)
    {
        foreach (var origin in origins)
        {
            var isOrigin = Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == origin && uri.UserInfo.Length == 0;
            if (!isOrigin) throw new ArgumentException($"'{origin}' is no origin; write it as https://example.org, without a path.", nameof(origins));
        }
    }
}
