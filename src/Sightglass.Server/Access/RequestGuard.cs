using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sightglass.Server.Access.Oidc;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access;

/// <summary>
/// Keeps other web pages out. A browser reaches loopback for any page; what it cannot forge is the Host it was told, the
/// Origin and Sec-Fetch-Site of the page, and a JSON body without asking first. Where callers log in, the Host may be any
/// unless the server was given names: a page of another name has no cookie, whatever address its name leads to.
/// </summary>
internal static class RequestGuard
{
    private static readonly string[] Forwarded =
    [
        "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Real-IP",

        // Where a trusted proxy was believed, its words stand here.
        "X-Original-For", "X-Original-Host", "X-Original-Proto",
    ];

    private static readonly string[] Bodies = ["application/json", "application/yaml", "application/zip"];

    /// <summary>Says why a request is refused, or nothing where it is not.</summary>
    public static ApiProblem? Check(HttpContext context, ServerOptions options, bool asksForLogin)
    {
        var request = context.Request;
        var isSocket = LocalConnection.Is(context);
        foreach (var name in Forwarded)
        {
            // Over the socket everybody is its owner: a proxy would make its callers that.
            if ((isSocket || !asksForLogin) && request.Headers.ContainsKey(name))
                return new ApiProblem(403, "forwarded_request", $"The header {name} says that the request came through a proxy; without login, and over the socket, only this machine is served.");
        }

        if (!isSocket && CheckPage(request, asksForLogin, options) is { } problem) return problem;
        return CheckBody(request);
    }

    /// <summary>Tells whether a Host names this machine's loopback.</summary>
    internal static bool IsLoopback(HostString host)
    {
        if (!host.HasValue) return false;
        var name = host.Host;
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (name.StartsWith('[') && name.EndsWith(']')) name = name[1..^1];
        return IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address);
    }

    private static ApiProblem? CheckPage(HttpRequest request, bool asksForLogin, ServerOptions options)
    {
        if (!asksForLogin && !IsLoopback(request.Host))
            return new ApiProblem(421, "foreign_host", "The Host of the request is not this machine; use 127.0.0.1 or localhost.");
        if (!ServerNames.Has(options.ServerNames, request.Host))
            return new ApiProblem(421, "foreign_host", "The Host of the request is no name of this server; ask it by its name, or give it this one with --server-name.");
        if (CrossOrigin.IsAllowed(request, options)) return null;
        if (request.Headers.Origin is { Count: > 0 } origin
            && !string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)
            && !(asksForLogin && string.Equals(origin, $"https://{request.Host.Value}", StringComparison.OrdinalIgnoreCase)))
            return new ApiProblem(403, "foreign_origin", "The request comes from a page of another origin.");
        if (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site != "same-origin" && site != "none" && !IsLink(request))
            return new ApiProblem(403, "foreign_origin", "The request comes from a page of another site.");
        return null;
    }

    // Following a link to the page is no request of the other page: it learns nothing, and the page cannot be framed. So is
    // coming back from the provider of a login, which takes the cookie that the login began with.
    private static bool IsLink(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers["Sec-Fetch-Mode"] == "navigate"
        && request.Headers["Sec-Fetch-Dest"] == "document"
        && (!request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) || request.Path == OidcEndpoints.CallbackPath);

    private static ApiProblem? CheckBody(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return null;
        var hasBody = request.ContentLength > 0 || request.Headers.ContainsKey(HeaderNames.TransferEncoding);
        if (!hasBody && request.ContentType is null) return null;

        // Of these a browser asks first whether a page may send them; which of them a route takes it says itself.
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && Bodies.Any(body => type.MediaType.Equals(body, StringComparison.OrdinalIgnoreCase))
            ? null
            : new ApiProblem(415, "unsupported_media_type", "The body has to be sent as Content-Type: application/json.");
    }
}
