using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions;

/// <summary><c>DELETE /api/executions/{id}</c>: an ended execution goes whole, and a tombstone stays.</summary>
internal static class DeletionEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapDelete("/api/executions/{id}", context => DeleteAsync(context, server))
            .Needs(Role.Admin)
            .Describe("deleteExecution", Tags.Executions, "Delete an ended execution", d => d
                .Says("It goes whole, with its values and its children; a tombstone stays, which is answered with 410.")
                .OfExecution()
                .Query("reason", Constraint.Text(ServerLimits.MaxReasonChars), "Why; the tombstone says it.")
                .Gives("Deleted", "It is gone.")
                .Fails(400, "invalid_query")
                .Fails(409, "not_ended", "is_child", "deletion_not_supported"));

    private static async Task DeleteAsync(HttpContext context, ServerContext server)
    {
        var reason = context.Request.Query["reason"].ToString() is { Length: > 0 } given ? given : null;
        var problem = reason?.Length > ServerLimits.MaxReasonChars ? ApiProblem.BadRequest("invalid_query", $"reason is a text of at most {ServerLimits.MaxReasonChars} characters.") : null;
        if (problem is null && !ExecutionEndpoints.TryGetId(context, out _)) problem = ApiProblem.ExecutionNotFound;
        if (problem is null && server.Upkeep is null) problem = new ApiProblem(409, "deletion_not_supported", "This server's store deletes nothing.");
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        ExecutionEndpoints.TryGetId(context, out var id);
        var request = new ErasureRequest(server.Time.GetUtcNow(), context.Caller().By, reason);
        var outcome = await server.Upkeep!.EraseAsync(id, request, context.RequestAborted).ConfigureAwait(false);
        problem = outcome.Status switch
        {
            EraseStatus.Erased => null,
            EraseStatus.NotEnded => new ApiProblem(409, "not_ended", "The execution, or a child of it, has not ended; cancel it first."),
            EraseStatus.IsChild => new ApiProblem(409, "is_child", "The execution is the child of another; delete its parent, and it goes with it."),
            _ => await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false),
        };
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        // It is gone whoever has left meanwhile.
        await server.Engine.Feed.PublishErasedAsync(server.Upkeep, id, CancellationToken.None).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, outcome, static (writer, outcome) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("deleted"u8, true);
            writer.WriteNumber("executions"u8, outcome.Executions);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
