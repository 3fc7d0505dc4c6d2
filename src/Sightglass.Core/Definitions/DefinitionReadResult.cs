namespace Sightglass.Core.Definitions;

/// <summary>What a file turned out to be.</summary>
/// <param name="Definition">The definition, as far as it could be read; null where the file is no YAML or JSON map.
/// Not to be run unless <see cref="IsValid"/>.</param>
/// <param name="Problems">All problems, in the order of the file.</param>
public sealed record DefinitionReadResult(PipelineDefinition? Definition, IReadOnlyList<Problem> Problems)
{
    /// <summary>Gets whether the definition can run: it has no problems but warnings.</summary>
    public bool IsValid => Definition is not null && Problems.All(problem => problem.Severity != ProblemSeverity.Error);
}
