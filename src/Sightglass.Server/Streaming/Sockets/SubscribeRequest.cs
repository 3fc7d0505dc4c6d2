using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>A subscription that was asked for and may be given.</summary>
/// <param name="ExecutionId">The execution.</param>
/// <param name="After">The cursor; nothing asks for the words of the live dashboard instead.</param>
/// <param name="Filter">Which events.</param>
/// <param name="Last">The last sequence of the log.</param>
internal sealed record SubscribeRequest(Guid ExecutionId, long? After, EventFilter Filter, long Last)
{
    /// <summary>Reads a request, or says why it is refused.</summary>
    public static async Task<(SubscribeRequest? Request, ApiProblem? Problem)> ReadAsync(SocketMessage message, ServerContext server, Caller caller, SocketTopics topics, CancellationToken cancellationToken)
    {
        if (!message.TryGetCursor(out var after)) return Refuse(ApiProblem.BadRequest("invalid_cursor", "'after' is the seq of the last event known: a number from 0."));
        if (message.Names("stages") is not { } stages || message.Names("types") is not { } types || EventFilter.Parse(stages, types) is not { } filter)
            return Refuse(ApiProblem.BadRequest("invalid_query", $"'stages' and 'types' are lists of at most {ServerLimits.MaxFilters} texts each."));
        if (!message.TryGetExecution(out var id)) return Refuse(ApiProblem.ExecutionNotFound);
        if (await topics.HasAsync(id).ConfigureAwait(false)) return Refuse(new ApiProblem(409, "already_subscribed", "This socket follows the execution already; unsubscribe first."));
        if (topics.IsFull) return Refuse(new ApiProblem(429, "too_many_subscriptions", $"A socket follows at most {StreamLimits.MaxTopics} executions; unsubscribe from one."));
        LogPage page;
        try
        {
            if (await server.Scope.RefuseAsync(caller, id, Role.Viewer, cancellationToken).ConfigureAwait(false) is { } refusal) return Refuse(refusal);
            page = await server.Engine.Store.ReadAsync(id, after ?? 0, BlockFilter.All, 1, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException e)
        {
            return Refuse(new ApiProblem(503, e.Code, e.Message));
        }

        if (page.Last == 0) return Refuse(await server.MissingAsync(id, cancellationToken).ConfigureAwait(false));
        return after > page.Last
            ? Refuse(ApiProblem.BadRequest("cursor_beyond_end", $"The log ends at {page.Last}; the cursor is {after}. Start again with after 0."))
            : (new SubscribeRequest(id, after, filter, page.Last), null);
    }

    private static (SubscribeRequest?, ApiProblem?) Refuse(ApiProblem problem) => (null, problem);
}
