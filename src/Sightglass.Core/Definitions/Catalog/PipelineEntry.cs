namespace Sightglass.Core.Definitions;

/// <summary>One file of a catalog.</summary>
public sealed record PipelineEntry
{
    /// <summary>Gets the pipeline's id; that of the file's name where the file says none or cannot be read.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the file's path from the catalog's folder on, with <c>/</c>.</summary>
    public required string File { get; init; }

    /// <summary>Gets the file's whole path.</summary>
    public required string FullPath { get; init; }

    /// <summary>Gets the organisation it belongs to: that of the folder <c>@NAME</c> it lies in, else <c>default</c>.</summary>
    public string Organization => File.StartsWith('@') && File.IndexOf('/') is > 1 and var end ? File[1..end] : "default";

    /// <summary>Gets the definition as far as it could be read; not to be run unless <see cref="IsValid"/>.</summary>
    public PipelineDefinition? Definition { get; init; }

    /// <summary>Gets every problem, warnings included.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>Gets <c>sha256:</c> and the hash of the definition's JSON; null without a definition.</summary>
    public string? Hash { get; init; }

    /// <summary>Gets whether the pipeline can run.</summary>
    public bool IsValid => Definition is not null && Problems.All(problem => problem.Severity != ProblemSeverity.Error);
}
