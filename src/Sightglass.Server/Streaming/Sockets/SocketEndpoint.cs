using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary><c>/ws</c>: one WebSocket for many executions, and for commands.</summary>
internal static class SocketEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        var callers = new SocketCallers();
        routes.MapGet("/ws", context => AcceptAsync(context, server, callers)).Needs(Role.Viewer).Narrowed();
    }

    private static async Task AcceptAsync(HttpContext context, ServerContext server, SocketCallers callers)
    {
        var caller = context.Caller();
        var problem = !context.WebSockets.IsWebSocketRequest ? new ApiProblem(426, "websocket_required", "This address speaks WebSocket; open it with new WebSocket(…).")
            : server.Streams.IsDraining ? new ApiProblem(503, "stopping", "The server is stopping; ask again.")
            : callers.TryEnter(caller) ? null
            : new ApiProblem(429, "too_many_sockets", $"{StreamLimits.MaxSockets} WebSockets of this caller are open; close one, or follow several executions over one.");
        if (problem is not null)
        {
            if (problem.Status == 426) context.Response.Headers.Upgrade = "websocket";
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
            await new SocketSession(server, socket, caller).RunAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (WebSocketException)
        {
            // The other side broke the protocol or the connection: there is nobody to tell.
        }
        finally
        {
            callers.Leave(caller);
        }
    }
}
