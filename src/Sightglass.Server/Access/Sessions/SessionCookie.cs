using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Access.Sessions;

/// <summary>The cookie that holds a session. Its name has the port: browsers keep one set of cookies for all ports of a host.</summary>
internal static class SessionCookie
{
    public static string? Read(HttpContext context) => context.Request.Cookies[NameOf(context)] is { Length: > 0 } value ? value : null;

    public static void Write(HttpContext context, string value) => context.Response.Cookies.Append(NameOf(context), value, Options(context));

    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(NameOf(context), Options(context));

    // With this prefix a browser takes the cookie from an encrypted answer of this very host alone: nobody else can put one there.
    private static string NameOf(HttpContext context) => (context.Request.IsHttps ? "__Host-sightglass-" : "sightglass-") + context.Connection.LocalPort.ToString(CultureInfo.InvariantCulture);

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        IsEssential = true,
    };
}
