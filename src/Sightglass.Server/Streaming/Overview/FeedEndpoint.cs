using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Streaming.Overview;

/// <summary><c>GET /api/feed</c>: what changes of executions, for lists and badges.</summary>
internal static class FeedEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/feed", context => ReadAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("followOverview", Tags.Streaming, "What changes of executions", d => d
                .Says("Server-sent events: one small frame for each change of an execution's status, stage or counts, and one named deleted for each that is deleted; what comes together may be told once. Ids mean nothing but where a viewer left. reset says that something may have been missed: read the lists again. Frames without data are heartbeats; one with retry says that the server stops and when to come back.")
                .Header("Last-Event-ID", Constraint.Text(100), "As browsers send it.")
                .Gives("text/event-stream", "OverviewFrame", "Frames.")
                .Fails(503, "streaming_disabled")
                .Streams());

    private static Task ReadAsync(HttpContext context, ServerContext server) =>
        server.Switch.IsOn ? new FeedStream(context, server).RunAsync() : EventStreamEndpoint.StreamingOff.WriteAsync(context);
}
