using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>How every WebSocket is let in: by one order of checks, and counted while it is open.</summary>
internal static class SocketDoor
{
    private static readonly ApiProblem NoSocket = new ApiProblem(426, "websocket_required", "This address speaks WebSocket; open it with new WebSocket(…).");

    private static readonly ApiProblem Draining = new ApiProblem(503, "stopping", "The server is stopping; ask again.");

    /// <summary>Accepts the socket and serves it to its end, or answers why not.</summary>
    /// <param name="context">The request.</param>
    /// <param name="server">The server.</param>
    /// <param name="refusal">Why the route itself refuses; <see langword="null"/> where it does not.</param>
    /// <param name="serve">Serves the socket.</param>
    public static async Task OpenAsync(HttpContext context, ServerContext server, ApiProblem? refusal, Func<WebSocket, Task> serve)
    {
        var caller = context.Caller();
        var problem = !context.WebSockets.IsWebSocketRequest ? NoSocket
            : refusal ?? (server.Streams.IsDraining ? Draining : server.Sockets.TryEnter(caller) ? null : SocketCallers.TooMany);
        if (problem is not null)
        {
            if (problem == NoSocket) context.Response.Headers.Upgrade = "websocket";
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
            await serve(socket).ConfigureAwait(false);
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
