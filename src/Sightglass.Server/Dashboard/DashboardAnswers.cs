using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Sightglass.Server.Access;
using Sightglass.Server.Requests;

namespace Sightglass.Server.Dashboard;

/// <summary>
/// Gives the dashboard where no route takes the request: its files by their paths, and its one page to whoever reads pages.
/// Everybody may have them; what they show is asked of the routes.
/// </summary>
internal static class DashboardAnswers
{
    // Below these only routes answer: what is missing there is a problem, not a page.
    private static readonly string[] s_notPages = ["/api", "/ws", "/openapi", "/healthz", "/metrics", "/_app"];

    private static readonly byte[] s_absent = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Sightglass</title>
        <h1>Sightglass runs, but without its dashboard</h1>
        <p>This server was built with <code>BuildDashboard=false</code>, as a property of the build or a variable in its environment, which leaves the dashboard out. To have it here, build again without that: <code>dotnet build src/Sightglass.Cli</code>, which needs Node.js 20.19 or later with npm.</p>
        <p>All else works: the command line (<code>sightglass --help</code>), and the API, which is described at <a href="/openapi/v1.json">/openapi/v1.json</a>.</p>
        </html>

        """u8.ToArray();

    private static readonly Lazy<DashboardPack?> s_pack = new(DashboardPack.Load);

    /// <summary>Answers by a file or the page, or passes the request on.</summary>
    public static Task RunAsync(HttpContext context, RequestDelegate next) => RunAsync(context, next, s_pack.Value);

    /// <summary>Does the same with the files given.</summary>
    internal static Task RunAsync(HttpContext context, RequestDelegate next, DashboardPack? pack)
    {
        if (context.GetEndpoint() is not null || !HttpMethods.IsGet(context.Request.Method)) return next(context);
        var path = context.Request.Path;
        if (pack is null) return IsPage(context.Request) ? GiveAbsentAsync(context) : next(context);
        if (path.HasValue && pack.Find(path.Value.TrimStart('/')) is { } file && file != pack.Index) return GiveAsync(context, file);
        if (!IsPage(context.Request)) return next(context);
        SecurityHeaders.AllowScripts(context.Response, pack.Scripts);
        return GiveAsync(context, pack.Index);
    }

    // Programs that ask for what is not there are told so; the start is given to everybody.
    private static bool IsPage(HttpRequest request) =>
        request.Path == "/" || request.Path == "/index.html"
        || (Accepts(request.Headers.Accept, "text/html") && !s_notPages.Any(p => request.Path.StartsWithSegments(p, StringComparison.OrdinalIgnoreCase)));

    private static async Task GiveAsync(HttpContext context, DashboardFile file)
    {
        var (content, encoding) = Choose(file, context.Request.Headers.AcceptEncoding);
        var headers = context.Response.Headers;

        // Each encoding is a sequence of bytes of its own.
        var isKnown = EntityTag.IsKnown(context, encoding is null ? $"\"{file.Hash}\"" : $"\"{file.Hash}-{encoding}\"");
        headers.CacheControl = file.IsImmutable ? "public, max-age=31536000, immutable" : "no-cache";
        if (file.Brotli is not null || file.Gzip is not null) headers.Vary = HeaderNames.AcceptEncoding;
        if (isKnown) return;
        if (encoding is not null) headers.ContentEncoding = encoding;
        context.Response.ContentType = file.ContentType;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task GiveAbsentAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = s_absent.Length;
        await context.Response.Body.WriteAsync(s_absent, context.RequestAborted).ConfigureAwait(false);
    }

    private static (ReadOnlyMemory<byte> Content, string? Encoding) Choose(DashboardFile file, StringValues accepted)
    {
        if (file.Brotli is { } brotli && AcceptsEncoding(accepted, "br")) return (brotli, "br");
        return file.Gzip is { } gzip && AcceptsEncoding(accepted, "gzip") ? (gzip, "gzip") : (file.Content, null);
    }

    private static bool AcceptsEncoding(StringValues accepted, string encoding) =>
        StringWithQualityHeaderValue.TryParseList(accepted, out var values)
        && values.Any(v => v.Quality is not 0 && v.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase));

    private static bool Accepts(StringValues accepted, string type) =>
        MediaTypeHeaderValue.TryParseList(accepted, out var values)
        && values.Any(v => v.Quality is not 0 && v.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase));
}
