using Microsoft.AspNetCore.Builder;

namespace Sightglass.Server.OpenApi;

/// <summary>Lets routes describe themselves where they are mapped.</summary>
internal static class Describing
{
    /// <summary>Describes a route; what it is not described with does not exist for clients.</summary>
    /// <param name="route">The route.</param>
    /// <param name="operation">Its name in clients, in camel case, unique.</param>
    /// <param name="tag">One of <see cref="Tags"/>.</param>
    /// <param name="summary">What it does, a few words.</param>
    /// <param name="describe">Adds parameters, body, answers and refusals.</param>
    public static TBuilder Describe<TBuilder>(this TBuilder route, string operation, string tag, string summary, Action<RouteDescription> describe)
        where TBuilder : IEndpointConventionBuilder
    {
        var description = new RouteDescription(operation, tag, summary);
        describe(description);
        return route.WithMetadata(description);
    }
}
