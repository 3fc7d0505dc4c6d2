using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sightglass.Core.Definitions;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Requests;

/// <summary>Holds a request against what its route says of itself, before the handler runs: a parameter that it does not know
/// would otherwise be a filter that nobody applies, and a body of another kind would be read as one of its own.</summary>
internal static class DescriptionCheck
{
    private const string Unknown = "unknown_parameter";

    public static Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RouteDescription>() is not { } route) return next(context);
        var problem = CheckBody(context.Request, route);
        if (problem is null && context.Request.QueryString.HasValue) problem = Check(context.Request.Query, route);
        return problem is null ? next(context) : problem.WriteAsync(context);
    }

    /// <summary>Says all that is wrong with a query; nothing where it is right.</summary>
    internal static ApiProblem? Check(IQueryCollection query, RouteDescription route)
    {
        List<Problem>? problems = null;
        foreach (var (name, values) in query)
        {
            if (problems?.Count >= ServerLimits.MaxQueryProblems) break;
            var parameter = route.Parameters.FirstOrDefault(p => p.Place == "query" && p.Name == name);
            if (parameter is null && route.HasMore) continue;
            if (parameter is null) Add(Unknown, name, $"There is no parameter '{Shorten(name)}' here; {Known(route)}.");
            else if (route.HasOwnCheck) continue;
            else if (values.Count > 1 && !parameter.Constraint.IsList) Add(parameter.Code, name, $"{name} is given {values.Count} times; give it once.");
            else if (Explain(parameter.Constraint, values) is { } wrong) Add(parameter.Code, name, $"{name} {wrong}.");
        }

        if (problems is null) return null;
        var code = problems.Select(p => p.Code).Distinct().Count() == 1 ? problems[0].Code : problems.FirstOrDefault(p => p.Code != Unknown)!.Code;
        return new ApiProblem(400, code, string.Join(" ", problems.Take(3).Select(p => p.Message)), problems);

        void Add(string code, string name, string message) => (problems ??= []).Add(new Problem(code, ProblemSeverity.Error, message, null, "", 0, 0, Shorten(name)));
    }

    private static ApiProblem? CheckBody(HttpRequest request, RouteDescription route)
    {
        if (route.Bodies.Count == 0 || request.ContentType is null || !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) return null;
        return route.Bodies.Any(body => type.MediaType.Equals(body.ContentType, StringComparison.OrdinalIgnoreCase))
            ? null
            : new ApiProblem(415, "unsupported_media_type", $"The body has to be sent as Content-Type: {string.Join(" or ", route.Bodies.Select(b => b.ContentType))}.");
    }

    private static string? Explain(Constraint constraint, IEnumerable<string?> values)
    {
        var items = 0;
        foreach (var value in values)
        {
            // Left empty is left out, as forms send it.
            if (string.IsNullOrEmpty(value)) continue;
            if (!constraint.IsList) return constraint.Explain(value);
            foreach (var item in constraint.IsRepeated ? [value] : value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (++items > constraint.MostItems) return $"has more than {constraint.MostItems} items";
                if (constraint.Explain(item) is { } wrong) return wrong;
            }
        }

        return null;
    }

    private static string Known(RouteDescription route)
    {
        var names = route.Parameters.Where(p => p.Place == "query").Select(p => p.Name).ToList();
        return names.Count == 0 ? "it takes none" : "it takes " + string.Join(", ", names);
    }

    private static string Shorten(string name) => name.Length <= 50 ? name : name[..50] + "…";
}
