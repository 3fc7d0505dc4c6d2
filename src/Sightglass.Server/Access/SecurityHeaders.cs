using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Access;

/// <summary>What every answer tells a browser not to do with it.</summary>
internal static class SecurityHeaders
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string DownloadPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

    public static void Add(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    /// <summary>Makes an answer a file to save, which runs nothing even where a browser shows it.</summary>
    public static void MakeDownload(HttpResponse response, string fileName)
    {
        response.Headers.ContentSecurityPolicy = DownloadPolicy;
        response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";
    }
}
