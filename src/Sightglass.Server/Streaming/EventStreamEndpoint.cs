using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;

namespace Sightglass.Server.Streaming;

/// <summary><c>GET /api/executions/{id}/events</c>: one cursor, and the transport that the client accepts.</summary>
internal static class EventStreamEndpoint
{
    private const string Json = "application/json";
    private const string Ndjson = "application/x-ndjson";
    private const string Sse = "text/event-stream";

    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/executions/{id}/events", context => ReadAsync(context, server)).Needs(Role.Viewer);

    private static async Task ReadAsync(HttpContext context, ServerContext server)
    {
        var (query, problem) = EventQuery.Read(context.Request);
        var transport = Negotiate(context.Request);
        if (transport is null) problem ??= new ApiProblem(406, "not_acceptable", $"Events come as {Json}, {Ndjson} or {Sse}.");
        var id = Guid.Empty;
        if (problem is null) problem = ExecutionEndpoints.TryGetId(context, out id) ? await CheckAsync(context, server, id, query!).ConfigureAwait(false) : ApiProblem.ExecutionNotFound;
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        // A stream that the server's stop ends is only cut short: without an end frame its viewer comes back.
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.Stopping);
        try
        {
            await (transport switch
            {
                Sse => new SseStream(context, server, id, query!).RunAsync(ends.Token),
                Ndjson => new NdjsonStream(context, server, id, query!).RunAsync(ends.Token),
                _ => new EventPage(context, server, id, query!).RunAsync(ends.Token),
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            if (!context.Response.HasStarted) await new ApiProblem(503, "stopping", "The server is stopping; ask again.").WriteAsync(context).ConfigureAwait(false);
        }
    }

    private static async Task<ApiProblem?> CheckAsync(HttpContext context, ServerContext server, Guid id, EventQuery query)
    {
        var page = await server.Engine.Store.ReadAsync(id, query.After, BlockFilter.All, 1, context.RequestAborted).ConfigureAwait(false);
        if (page.Last == 0) return await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false);
        return query.After > page.Last
            ? ApiProblem.BadRequest("cursor_beyond_end", $"The log ends at {page.Last}; the cursor is {query.After}. Start again with after=0.")
            : null;
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
