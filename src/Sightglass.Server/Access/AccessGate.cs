using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access;

/// <summary>Stands between routing and the handlers: says who asks, and lets through who may.</summary>
internal static class AccessGate
{
    private static readonly ApiProblem Undeclared = new ApiProblem(403, "forbidden", "This route says of nobody that they may use it.");

    public static async Task RunAsync(HttpContext context, RequestDelegate next, ServerContext server)
    {
        // What is no route (nothing there, or another method) answers for itself and tells nothing.
        if (context.GetEndpoint() is RouteEndpoint endpoint)
        {
            context.Features.Set(LocalConnection.Is(context) ? Access.Caller.Socket : Access.Caller.Local);
            if (await RefuseAsync(context, endpoint, server).ConfigureAwait(false) is { } problem)
            {
                await (endpoint.Metadata.GetMetadata<RefusalFormat>() is { } format ? format.WriteAsync(context, problem) : problem.WriteAsync(context)).ConfigureAwait(false);
                return;
            }
        }

        await next(context).ConfigureAwait(false);
    }

    private static async ValueTask<ApiProblem?> RefuseAsync(HttpContext context, RouteEndpoint endpoint, ServerContext server)
    {
        if (endpoint.Metadata.GetMetadata<RouteNeed>() is not { } need) return Undeclared;
        if (need.IsOpen) return null;
        var caller = context.Caller();
        if (need.Target is null)
        {
            var isNarrowed = need.Role == Role.Viewer && caller.Grants.Count > 0 && endpoint.Metadata.GetMetadata<NarrowedRoute>() is not null;
            return caller.Role >= need.Role || isNarrowed ? null : TooLittle(need.Role, caller.Role);
        }

        var name = (string)context.GetRouteValue(need.Target.Parameter)!;
        if (need.Target.IsExecution)
            return Guid.TryParseExact(name, "D", out var id) ? await server.Scope.RefuseAsync(caller, id, need.Role, context.RequestAborted).ConfigureAwait(false) : ApiProblem.ExecutionNotFound;
        return caller.RoleOn(name) switch
        {
            Role.None => ApiProblem.PipelineNotFound(name),
            var role => role >= need.Role ? null : TooLittle(need.Role, role),
        };
    }

    /// <summary>Refuses who is known and may not.</summary>
    public static ApiProblem TooLittle(Role needed, Role held) =>
        new ApiProblem(403, "forbidden", $"This needs the role {Name(needed)}; yours is {Name(held)}. Ask an admin of your organisation for it.");

    private static string Name(Role role) => role.ToString().ToLowerInvariant();
}
