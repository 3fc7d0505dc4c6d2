using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access.Auditing;

namespace Sightglass.Server.Access;

/// <summary>How a route says who may use it. One that says nothing is refused to everybody.</summary>
internal static class RouteAccess
{
    /// <summary>Lets those use the route who have a role: on the execution or the pipeline that the route names
    /// (<c>/api/executions/{id}</c>, <c>/api/pipelines/{id}</c>, <c>{pipeline}</c>), else in the whole organisation.</summary>
    /// <remarks>What the route names and the caller may not see, another organisation's above all, is a 404 before the handler runs.
    /// An id that comes from elsewhere is the handler's to check, with <see cref="ExecutionScope"/>.</remarks>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Role role)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)role, (int)Role.None);
        builder.Add(endpoint => endpoint.Metadata.Add(new RouteNeed(role, RouteTarget.Of(((RouteEndpointBuilder)endpoint).RoutePattern))));
        return builder;
    }

    /// <summary>Says that the handler itself leaves out what a caller may not see, so that one with rights on single pipelines
    /// alone may use the route too.</summary>
    public static TBuilder Narrowed<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint => endpoint.Metadata.Add(NarrowedRoute.Instance));
        return builder;
    }

    /// <summary>Lets everybody use the route, who may not have logged in.</summary>
    public static TBuilder Open<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(static endpoint => endpoint.Metadata.Add(RouteNeed.Nothing));
        return builder;
    }

    /// <summary>Keeps the route out of the audit log: it changes nothing though its method says so, or it reports.</summary>
    public static TBuilder Unaudited<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(static endpoint => endpoint.Metadata.Add(UnauditedRoute.Instance));
        return builder;
    }

    /// <summary>Gives who asks; <see langword="null"/> on an open route where nobody has logged in.</summary>
    public static Caller? FindCaller(this HttpContext context) => context.Features.Get<Caller>();

    /// <summary>Gives who asks; there is always somebody on a route that is not open.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.FindCaller() ?? throw new InvalidOperationException("Nobody is known to ask: the route is open, or the gate was passed by.");
}
