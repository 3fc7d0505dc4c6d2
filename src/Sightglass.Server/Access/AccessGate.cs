using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access.Auditing;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Access;

/// <summary>Stands between routing and the handlers: says who asks, and lets through who may.</summary>
internal static class AccessGate
{
    private static readonly ApiProblem Undeclared = new ApiProblem(403, "forbidden", "This route says of nobody that they may use it.");
    private static readonly ApiProblem LoginRequired = new ApiProblem(401, "login_required", "Log in, or send 'Authorization: Bearer sg_…' with an API token.");

    public static async Task RunAsync(HttpContext context, RequestDelegate next, ServerContext server)
    {
        // What is no route (nothing there, or another method) answers for itself and tells nothing.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var problem = UrlSecrets.Check(context.Request);
        Caller? caller = null;
        if (problem is null) (caller, problem) = await server.Access.Identity.FindAsync(context).ConfigureAwait(false);
        if (caller is not null) context.Features.Set(caller);
        await RequestAudit.RunAsync(context, endpoint, server, HandleAsync).ConfigureAwait(false);

        async Task HandleAsync()
        {
            problem ??= await RefuseAsync(context, endpoint, caller, server).ConfigureAwait(false);

            // The words of a route are for who may use it; that the address is wrong is said to all alike.
            var format = problem is { Status: not 400 } ? endpoint.Metadata.GetMetadata<RefusalFormat>() : null;
            if (problem is not null) await (format is null ? problem.WriteAsync(context) : format.WriteAsync(context, problem)).ConfigureAwait(false);
            else await HandleAndWatchAsync().ConfigureAwait(false);
        }

        Task HandleAndWatchAsync()
        {
            var handling = next(context);
            return handling.IsCompleted || caller is null or { Kind: CallerKind.Socket } ? handling : server.Access.Requests.WatchAsync(context, caller, handling);
        }
    }

    /// <summary>Refuses who is known and may not.</summary>
    public static ApiProblem TooLittle(Role needed, Role held) =>
        new ApiProblem(403, "forbidden", $"This needs the role {needed.ToWire()}; yours is {held.ToWire()}. Ask an admin of your organisation for it.");

    private static async ValueTask<ApiProblem?> RefuseAsync(HttpContext context, RouteEndpoint endpoint, Caller? caller, ServerContext server)
    {
        if (endpoint.Metadata.GetMetadata<RouteNeed>() is not { } need) return Undeclared;
        if (need.IsOpen) return null;
        if (caller is null) return LoginRequired;
        if (need.Target is null)
        {
            var isNarrowed = need.Role == Role.Viewer && endpoint.Metadata.GetMetadata<NarrowedRoute>() is not null;
            return caller.Role >= need.Role || (isNarrowed && caller.Grants.Count > 0) ? null : TooLittle(need.Role, caller.Role);
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
}
