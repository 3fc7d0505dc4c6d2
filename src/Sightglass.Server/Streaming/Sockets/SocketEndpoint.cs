using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary><c>/ws</c>: one WebSocket for many executions, and for commands.</summary>
internal static class SocketEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/ws", context => AcceptAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("openSocket", Tags.Streaming, "One WebSocket for many executions, and for commands", d => d
                .Says("Messages are JSON texts with a type: subscribe, unsubscribe, command and ping are each answered with the same ref. What comes by itself is told in docs/reference/streaming.md.")
                .Gives(null, null, "Speaks WebSocket from here on.", 101)
                .Fails(426, "websocket_required")
                .Fails(429, "too_many_sockets")
                .Streams());
    }

    private static async Task AcceptAsync(HttpContext context, ServerContext server)
    {
        var caller = context.Caller();
        var problem = !context.WebSockets.IsWebSocketRequest ? new ApiProblem(426, "websocket_required", "This address speaks WebSocket; open it with new WebSocket(…).")
            : server.Streams.IsDraining ? new ApiProblem(503, "stopping", "The server is stopping; ask again.")
            : server.Sockets.TryEnter(caller) ? null
            : SocketCallers.TooMany;
        if (problem is not null)
        {
            if (problem.Status == 426) context.Response.Headers.Upgrade = "websocket";
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
            using var session = new SocketSession(context, server, socket);
            await session.RunAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (WebSocketException)
        {
            // The other side broke the protocol or the connection: there is nobody to tell.
        }
        finally
        {
            server.Sockets.Leave(caller);
        }
    }
}
