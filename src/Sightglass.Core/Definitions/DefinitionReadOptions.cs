namespace Sightglass.Core.Definitions;

/// <summary>What a reader knows of the world around the file. What it does not know it does not check.</summary>
public sealed record DefinitionReadOptions
{
    /// <summary>Gets whether a secret of this name is configured.</summary>
    /// <value>Null: secrets are not checked.</value>
    public Func<string, bool>? HasSecret { get; init; }

    /// <summary>Gets whether agents that name no model get one.</summary>
    /// <value>False.</value>
    public bool HasDefaultModel { get; init; }

    /// <summary>Gets the personalities that stand in a shared file.</summary>
    /// <value>None.</value>
    public IReadOnlyCollection<string> SharedPersonalities { get; init; } = [];

    /// <summary>Gets the ids of all pipelines; a <c>pipeline</c> stage must name one of them.</summary>
    /// <value>Null: children are not checked.</value>
    public IReadOnlyCollection<string>? PipelineIds { get; init; }

    /// <summary>Gets the definition of another pipeline, to see how deep pipelines call each other.</summary>
    /// <value>Null: the depth is not checked.</value>
    public Func<string, PipelineDefinition?>? FindPipeline { get; init; }

    /// <summary>Gets the names that code is registered under; a <c>code</c> stage must name one of them.</summary>
    /// <value>Null: code is not checked.</value>
    public IReadOnlyCollection<string>? CodeNames { get; init; }
}
