using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring.External;

/// <summary>An execution that another program runs and will report.</summary>
public sealed record ExternalStart
{
    /// <summary>Gets the pipeline; its stages may have any type.</summary>
    public required PipelineDefinition Definition { get; init; }

    /// <summary>Gets what is known of it beside its pipeline. Where it names an outside id that the pipeline has an execution of
    /// already, that one is meant.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>Gets the id that the reporting program has given it, a UUID of version 7; one of ours by default. Where there is an
    /// execution of that id and pipeline already, that one is meant.</summary>
    public Guid? Id { get; init; }

    /// <summary>Gets the organisation.</summary>
    /// <value><c>default</c>.</value>
    public string Organization { get; init; } = "default";

    /// <summary>Gets when it was created there; now by default, and never later.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Gets what makes a repetition of this request known.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }
}
