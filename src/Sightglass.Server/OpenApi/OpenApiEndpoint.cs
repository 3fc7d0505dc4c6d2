using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.OpenApi;

/// <summary><c>GET /openapi/v1.json</c>.</summary>
internal static class OpenApiEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        // Made when somebody asks: few do, and a start need not wait for it.
        var document = new Lazy<byte[]>(() => OpenApiDocument.Write(routes.DataSources));
        routes.MapGet("/openapi/v1.json", context => JsonAnswer.WriteAsync(context, document.Value))
            .Needs(Role.Viewer).Narrowed()
            .Describe("getOpenApi", Tags.Server, "This description of the API", d => d
                .Says("The same as docs/openapi.json of the version that runs.")
                .Gives("OpenApi", "An OpenAPI 3.1 document."));
    }
}
