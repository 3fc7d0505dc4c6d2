using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary><c>/ws</c>: one WebSocket for many executions, and for commands.</summary>
internal static class SocketEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/ws", context => SocketDoor.OpenAsync(context, server, null, socket => ServeAsync(context, server, socket)))
            .Needs(Role.Viewer).Narrowed()
            .Describe("openSocket", Tags.Streaming, "One WebSocket for many executions, and for commands", d => d
                .Says("Messages are JSON texts with a type: subscribe, unsubscribe, command and ping are each answered with the same ref. What comes by itself is told in docs/reference/streaming.md.")
                .Gives(null, null, "Speaks WebSocket from here on.", 101)
                .Fails(426, "websocket_required")
                .Fails(429, "too_many_sockets")
                .Streams());
    }

    private static async Task ServeAsync(HttpContext context, ServerContext server, WebSocket socket)
    {
        using var session = new SocketSession(context, server, socket);
        await session.RunAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
