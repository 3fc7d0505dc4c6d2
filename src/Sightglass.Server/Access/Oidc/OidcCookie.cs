using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sightglass.Server.Access.Oidc;

/// <summary>The cookie that holds a login under way. Unlike a session's it comes along when another site, the provider, leads
/// the browser back; it opens nothing by itself.</summary>
internal static class OidcCookie
{
    public static string? Read(HttpContext context) => context.Request.Cookies[NameOf(context)] is { Length: > 0 } value ? value : null;

    public static void Write(HttpContext context, string value) => context.Response.Cookies.Append(NameOf(context), value, Options(context, OidcLimits.LoginTime));

    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(NameOf(context), Options(context, null));

    private static string NameOf(HttpContext context) => (context.Request.IsHttps ? "__Host-sightglass-oidc-" : "sightglass-oidc-") + context.Connection.LocalPort.ToString(CultureInfo.InvariantCulture);

    private static CookieOptions Options(HttpContext context, TimeSpan? life) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Path = "/",
        IsEssential = true,
        MaxAge = life,
    };
}
