using System.Text.Json.Serialization;

namespace Sightglass.Core.Definitions;

/// <summary>A pipeline as its author wrote it. Names and shapes are those of the pipeline file.</summary>
/// <remarks>The members of all definitions have setters and not <c>init</c>: the source-generated JSON reader treats
/// <c>init</c> members as constructor arguments, which loses their defaults and cannot keep unknown keys. An engine
/// copies a definition before it runs it.</remarks>
public sealed record PipelineDefinition : ExtensibleDefinition
{
    /// <summary>Gets the id: letters, digits and <c>-</c>.</summary>
    /// <value>The file's name without its ending.</value>
    public string Id { get; set; } = "";

    /// <summary>Gets the name shown to people.</summary>
    /// <value>The id.</value>
    public string? Name { get; set; }

    /// <summary>Gets the version, a number or a text.</summary>
    public string? Version { get; set; }

    /// <summary>Gets what the pipeline is for.</summary>
    public string? Description { get; set; }

    /// <summary>Gets the inputs by name, in the order written.</summary>
    public IReadOnlyDictionary<string, InputDefinition> Inputs { get; set; } = EmptyOf<InputDefinition>.Value;

    /// <summary>Gets what holds for every stage that says nothing else.</summary>
    public DefaultsDefinition? Defaults { get; set; }

    /// <summary>Gets what happens when a stage has failed for good.</summary>
    /// <value><see cref="FailurePolicy.Fail"/>.</value>
    public FailurePolicy OnFailure { get; set; }

    /// <summary>Gets how many executions may run at once.</summary>
    public ConcurrencyDefinition? Concurrency { get; set; }

    /// <summary>Gets how long ended executions are kept.</summary>
    public RetentionDefinition? Retention { get; set; }

    /// <summary>Gets when a server starts the pipeline by itself.</summary>
    public IReadOnlyList<ScheduleDefinition>? Schedules { get; set; }

    /// <summary>Gets the addresses that are told about results.</summary>
    public IReadOnlyList<WebhookDefinition>? Webhooks { get; set; }

    /// <summary>Gets the personalities that agent stages name.</summary>
    public IReadOnlyDictionary<string, PersonalityDefinition> Personalities { get; set; } = EmptyOf<PersonalityDefinition>.Value;

    /// <summary>Gets the stages in the order written.</summary>
    public IReadOnlyList<StageDefinition> Stages { get; set; } = [];

    /// <summary>Gets the name, or the id where there is none.</summary>
    [JsonIgnore]
    public string DisplayName => string.IsNullOrEmpty(Name) ? Id : Name;
}

internal static class EmptyOf<T>
{
    public static readonly IReadOnlyDictionary<string, T> Value = new Dictionary<string, T>().AsReadOnly();
}
