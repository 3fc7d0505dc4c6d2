using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Contracts;

/// <summary>What existing front ends ask before they start, and whether the server answers at all.</summary>
internal static class ConfigStatus
{
    private static readonly ReadOnlyMemory<byte> Status =
        """{"hasApiKey":true,"flags":{"ENABLE_EXECUTION_STREAMING":true},"cliTools":{"claude":{"available":false},"opencode":{"available":false},"aider":{"available":false}}}"""u8.ToArray();

    private static readonly ReadOnlyMemory<byte> Health = """{"status":"ok"}"""u8.ToArray();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/config/status", static context => JsonAnswer.WriteAsync(context, Status));
        routes.MapGet("/healthz", static context => JsonAnswer.WriteAsync(context, Health));
    }
}
