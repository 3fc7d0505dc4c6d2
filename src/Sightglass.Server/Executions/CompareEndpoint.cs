using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Executions;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions;

/// <summary><c>GET /api/executions/compare</c>.</summary>
internal static class CompareEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/executions/compare", context => CompareAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("compareExecutions", Tags.Executions, "Two executions side by side", d => d
                .Says("Aligned by stage: status, time, cost, where inputs and outputs differ, and the stage where the two part.")
                .Query("left", Constraint.Of("uuid"), "Id of one execution; it has to be given.")
                .Query("right", Constraint.Of("uuid"), "Id of the other; it has to be given.")
                .Gives("Comparison", "The comparison.")
                .Fails(404, "execution_not_found")
                .Fails(410, "execution_deleted"));

    private static async Task CompareAsync(HttpContext context, ServerContext server)
    {
        var query = context.Request.Query;
        if (!Guid.TryParseExact(query["left"], "D", out var left) | !Guid.TryParseExact(query["right"], "D", out var right))
        {
            await ApiProblem.BadRequest("invalid_query", "left and right have to be ids of executions.").WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var (one, problem) = await ReadAsync(context, server, left).ConfigureAwait(false);
        ComparedExecution? other = null;
        if (problem is null) (other, problem) = await ReadAsync(context, server, right).ConfigureAwait(false);
        if (problem is not null) await problem.WriteAsync(context).ConfigureAwait(false);
        else await JsonAnswer.WriteAsync(context, ExecutionComparison.Compare(one!, other!), ComparisonJson.Write).ConfigureAwait(false);
    }

    private static async Task<(ComparedExecution? Execution, ApiProblem? Problem)> ReadAsync(HttpContext context, ServerContext server, Guid id)
    {
        if (await server.Scope.RefuseAsync(context.Caller(), id, Role.Viewer, context.RequestAborted).ConfigureAwait(false) is { } refused) return (null, refused);
        return await server.Engine.ReadStateAsync(id, ComparedExecution.Of).ConfigureAwait(false) is { } found
            ? (found, null)
            : (null, await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false));
    }
}
