using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Access;

/// <summary>What every answer tells a browser not to do with it.</summary>
internal static class SecurityHeaders
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string OwnScripts = "script-src 'self'";

    private const string DownloadPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    private const string OnlyTls = "max-age=31536000";

    public static void Add(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";

        // It would hold for every port of the name: on a loopback name for whatever else is tried out there.
        if (context.Request.IsHttps && !RequestGuard.IsLoopback(context.Request.Host)) headers.StrictTransportSecurity = OnlyTls;
    }

    /// <summary>Lets a page run the scripts that stand within it, each by its hash: <c>'sha256-…'</c>.</summary>
    public static void AllowScripts(HttpResponse response, IEnumerable<string> hashes) =>
        response.Headers.ContentSecurityPolicy = Policy.Replace(OwnScripts, OwnScripts + " " + string.Join(' ', hashes), StringComparison.Ordinal);

    /// <summary>Makes an answer a file to save, which runs nothing even where a browser shows it.</summary>
    public static void MakeDownload(HttpResponse response, string fileName)
    {
        response.Headers.ContentSecurityPolicy = DownloadPolicy;
        response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
    }
}
