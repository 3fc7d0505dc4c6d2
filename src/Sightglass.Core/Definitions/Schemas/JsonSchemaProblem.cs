namespace Sightglass.Core.Definitions;

/// <summary>What is wrong with a schema itself.</summary>
/// <param name="Path">Where in the schema, empty for its root.</param>
/// <param name="Code">One of <see cref="ProblemCodes"/>.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Suggestion">What to write, or null.</param>
internal sealed record JsonSchemaProblem(string Path, string Code, string Message, string? Suggestion)
{
    /// <summary>Gets the keyword that is not checked, which is no error, or null.</summary>
    public string? Unchecked { get; init; }
}
