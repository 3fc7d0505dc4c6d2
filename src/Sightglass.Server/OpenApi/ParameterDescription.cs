namespace Sightglass.Server.OpenApi;

/// <summary>A parameter of a route.</summary>
/// <param name="Place"><c>path</c>, <c>query</c> or <c>header</c>.</param>
/// <param name="Name">Its name as it is sent.</param>
/// <param name="Constraint">What it may be.</param>
/// <param name="Text">What it is for, one sentence.</param>
/// <param name="Code">The code of the problem where it is something else.</param>
internal sealed record ParameterDescription(string Place, string Name, Constraint Constraint, string Text, string Code = "invalid_query");
