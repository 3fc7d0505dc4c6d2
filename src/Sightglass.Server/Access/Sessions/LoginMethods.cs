using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access.Oidc;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Access.Sessions;

/// <summary><c>GET /api/auth/methods</c>: how one may log in, so that a page offers what works.</summary>
internal static class LoginMethods
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/auth/methods", context => JsonAnswer.WriteAsync(context, server.Access, static (writer, access) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("local"u8, access.TakesPasswords);
            writer.WriteBoolean("token"u8, access.Options.StartToken is not null);
            writer.WritePropertyName("oidc"u8);
            if (access.Oidc is { } oidc)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, oidc.Options.DisplayName);
                writer.WriteString("url"u8, OidcEndpoints.LoginPath);
                writer.WriteEndObject();
            }
            else
            {
                writer.WriteNullValue();
            }

            writer.WriteEndObject();
        }))
            .Open()
            .Describe("listLoginMethods", Tags.Access, "How one may log in", d => d.Gives("LoginMethods", "What there is; on a server without login nothing."));
}
