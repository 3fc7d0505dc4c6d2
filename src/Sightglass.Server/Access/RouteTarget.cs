using Microsoft.AspNetCore.Routing.Patterns;

namespace Sightglass.Server.Access;

/// <summary>The execution or pipeline that a route names.</summary>
/// <param name="Parameter">The parameter that holds the id.</param>
/// <param name="IsExecution">Whether it is an execution's id.</param>
internal sealed record RouteTarget(string Parameter, bool IsExecution)
{
    /// <summary>Finds what a route names.</summary>
    public static RouteTarget? Of(RoutePattern pattern)
    {
        var path = pattern.RawText ?? "";
        if (Names(path, "/api/executions/{id}") || Names(path, "/api/v1/playbook-runs/{id}") || Names(path, "/api/playbook-runs/{id}")) return new RouteTarget("id", IsExecution: true);
        if (Names(path, "/api/pipelines/{id}")) return new RouteTarget("id", IsExecution: false);
        return pattern.GetParameter("pipeline") is null ? null : new RouteTarget("pipeline", IsExecution: false);
    }

    private static bool Names(string path, string start) => path == start || path.StartsWith(start + "/", StringComparison.Ordinal);
}
