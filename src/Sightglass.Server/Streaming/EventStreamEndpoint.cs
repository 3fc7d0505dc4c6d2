using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Streaming;

/// <summary><c>GET /api/executions/{id}/events</c>: one cursor, and the transport that the client accepts.</summary>
internal static class EventStreamEndpoint
{
    private const string Json = "application/json";
    private const string Ndjson = "application/x-ndjson";
    private const string Sse = "text/event-stream";

    /// <summary>What a stream of server-sent events is answered while the switch is off.</summary>
    public static ApiProblem StreamingOff { get; } = new(503, "streaming_disabled", $"Streaming is turned off ({StreamingSwitch.Name}); read pages of events instead, every 2 seconds.");

    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/executions/{id}/events", context => ReadAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("readEvents", Tags.Streaming, "The log of an execution", d => d
                .Says("One cursor, the seq of the last event known, and the transport that Accept names: pages of JSON with a long poll, lines, or server-sent events, whose frames carry an event as data and its seq as id. After the terminal event comes the frame end with last and sent; frames without data are heartbeats (in NDJSON the line {\"heartbeat\":SEQ}), and one with retry says that the server stops and when to come back; reset tells a viewer that the log is not the one its cursor belongs to; lagging tells a viewer that reads too slowly to come back with its cursor.")
                .OfExecution()
                .Query("after", Constraint.Number(0, long.MaxValue, 0), "The seq of the last event known.", "invalid_cursor")
                .Header("Last-Event-ID", Constraint.Number(0, long.MaxValue), "The same, as browsers send it; it goes before after.")
                .Query("limit", Constraint.Number(1, ServerLimits.MaxEvents, ServerLimits.DefaultEvents), "The most events of a page of JSON.")
                .Query("wait", Constraint.Number(0, ServerLimits.MaxWaitSeconds, 0), "How many seconds a page of JSON waits for its first event.")
                .Query("follow", Constraint.Flag(), "Whether NDJSON stays open to the end.")
                .Query("stages", Constraint.Text(ServerLimits.MaxPathPart).List(ServerLimits.MaxFilters), "Only events of these stages; x means x[n] too.")
                .Query("types", Constraint.Text(ServerLimits.MaxPathPart).List(ServerLimits.MaxFilters), "Only events of these types; stage.* means all that begin so.")
                .Query("viewer", Constraint.Text(StreamLimits.MaxViewerChars), "Any name of the page that watches, the same each time it connects. Streams under one name count once among those who watch, and are told how many these are: frames watching, with data {\"watching\":N}.")
                .Gives("EventPage", "A page.")
                .Gives("application/x-ndjson", "Event", "With Accept: application/x-ndjson: one event a line.")
                .Gives("text/event-stream", "Event", "With Accept: text/event-stream: frames.")
                .Fails(400, "invalid_query", "invalid_cursor", "cursor_beyond_end")
                .Fails(406, "not_acceptable")
                .Fails(503, "streaming_disabled")
                .Streams());

    private static async Task ReadAsync(HttpContext context, ServerContext server)
    {
        var (query, problem) = EventQuery.Read(context.Request);
        var transport = Negotiate(context.Request);
        if (transport is null) problem ??= new ApiProblem(406, "not_acceptable", $"Events come as {Json}, {Ndjson} or {Sse}.");
        if (transport == Sse && !server.Switch.IsOn) problem ??= StreamingOff;
        var id = Guid.Empty;
        var last = 0L;
        if (problem is null && !ExecutionEndpoints.TryGetId(context, out id)) problem = ApiProblem.ExecutionNotFound;
        if (problem is null) (last, problem) = await CheckAsync(context, server, id, query!, transport!).ConfigureAwait(false);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await (transport switch
        {
            Sse => new SseStream(context, server, id, query!).RunAsync(last),
            Ndjson => new NdjsonStream(context, server, id, query!).RunAsync(last),
            _ => new EventPage(context, server, id, query!).RunAsync(last),
        }).ConfigureAwait(false);
    }

    private static async Task<(long Last, ApiProblem? Problem)> CheckAsync(HttpContext context, ServerContext server, Guid id, EventQuery query, string transport)
    {
        var page = await server.Engine.Store.ReadAsync(id, query.After, BlockFilter.All, 1, context.RequestAborted).ConfigureAwait(false);
        if (page.Last == 0) return (0, await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false));

        // A browser that comes back cannot be told to start again but on the stream itself.
        if (query.After <= page.Last || (transport == Sse && query.IsBack)) return (page.Last, null);
        return (page.Last, ApiProblem.BadRequest("cursor_beyond_end", $"The log ends at {page.Last}; the cursor is {query.After}. Start again with after=0."));
    }

    private static string? Negotiate(HttpRequest request)
    {
        if (request.Headers.Accept.Count == 0) return Json;
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)) return null;
        string? best = null;
        var bestQuality = 0.0;
        foreach (var type in accepted)
        {
            var quality = type.Quality ?? 1;
            if (quality <= bestQuality) continue;
            var offer = type.MatchesAllTypes || type.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase) ? Json
                : type.MediaType.Equals(Ndjson, StringComparison.OrdinalIgnoreCase) ? Ndjson
                : type.MediaType.Equals(Sse, StringComparison.OrdinalIgnoreCase) ? Sse
                : null;
            if (offer is null) continue;
            best = offer;
            bestQuality = quality;
        }

        return best;
    }
}
