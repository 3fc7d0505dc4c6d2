using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Scheduling;

/// <summary>What to run.</summary>
public sealed record StartRequest
{
    /// <summary>How many labels an execution may have.</summary>
    public const int MaxLabels = 32;

    /// <summary>How many breakpoints an execution may have.</summary>
    public const int MaxBreakpoints = ExecutionLimits.MaxBreakpoints;

    /// <summary>The most characters of a label's name, and of its value.</summary>
    public const int MaxLabelChars = 200;

    /// <summary>The most characters of <see cref="RequestedBy"/>, <see cref="Trigger"/> and <see cref="ExternalId"/>.</summary>
    public const int MaxNameChars = 1000;

    /// <summary>The most characters of <see cref="BaseFolder"/>.</summary>
    public const int MaxFolderChars = 4096;

    /// <summary>Gets the pipeline; it must be valid.</summary>
    public required PipelineDefinition Definition { get; init; }

    /// <summary>Gets the input as the caller gave it: a text, an object, or nothing.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>Gets inputs given as texts, by name.</summary>
    public IReadOnlyDictionary<string, string>? Sets { get; init; }

    /// <summary>Gets the lane.</summary>
    public StagePriority Priority { get; init; } = StagePriority.Medium;

    /// <summary>Gets labels: at most <see cref="MaxLabels"/>, of at most <see cref="MaxLabelChars"/> characters each.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Gets who asks.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Gets the organisation that it belongs to, at most <see cref="Ports.RecordKey.MaxOrganizationBytes"/> bytes.</summary>
    /// <value><c>default</c>.</value>
    public string Organization { get; init; } = "default";

    /// <summary>Gets what finds the pipelines that it calls.</summary>
    /// <value><see cref="PipelineEngineOptions.FindPipeline"/>.</value>
    public Func<string, PipelineDefinition?>? FindPipeline { get; init; }

    /// <summary>Gets what starts it: <c>api</c>, <c>cli</c>, <c>library</c>.</summary>
    public string Trigger { get; init; } = "library";

    /// <summary>Gets the schedule that starts it, and for which time.</summary>
    internal ScheduleLink? Schedule { get; init; }

    /// <summary>Gets an address that is told when the execution has ended, http or https.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>Gets the ids of stages before whose attempts it stops: at most <see cref="MaxBreakpoints"/>. See <see cref="PipelineEngine.StepAsync"/>.</summary>
    /// <value>None.</value>
    public IReadOnlyCollection<string> Breakpoints { get; init; } = [];

    /// <summary>Gets the id that an outside system knows it by.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Gets what makes a repetition of this request known, if it may be repeated: it then gets the execution that
    /// was started first.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>Gets the folder that relative paths start from.</summary>
    /// <value>The current folder.</value>
    public string? BaseFolder { get; init; }

    /// <summary>Gets the id to use, for children.</summary>
    internal Guid? Id { get; init; }

    internal ParentLink? Parent { get; init; }

    internal int Depth { get; init; }

    /// <summary>Gets the definitions of child pipelines that the parent's log names, by pipeline id.</summary>
    internal IReadOnlyDictionary<string, string>? Children { get; init; }

    internal bool HasTooManyLabels => Labels is { } labels && (labels.Count > MaxLabels || labels.Any(l => l.Key.Length > MaxLabelChars || l.Value.Length > MaxLabelChars));

    internal bool HasTooLongName =>
        RequestedBy?.Length > MaxNameChars || Organization.Length is 0 or > Ports.RecordKey.MaxOrganizationBytes || ExternalId?.Length > MaxNameChars || Trigger.Length > MaxNameChars || BaseFolder?.Length > MaxFolderChars || WebhookUrl?.Length > Webhooks.WebhookLimits.MaxUrlChars;
}

/// <summary>How a start went.</summary>
/// <param name="ExecutionId">The execution; <see langword="null"/> where it was refused.</param>
/// <param name="Problems">What is wrong with the definition or the input.</param>
public sealed record StartOutcome(Guid? ExecutionId, IReadOnlyList<Problem> Problems)
{
    /// <summary>Gets whether it runs.</summary>
    public bool IsStarted => ExecutionId is not null;

    /// <summary>Gets whether nothing is wrong with the request: the store could not commit it, or the engine is stopping.</summary>
    public bool IsUnavailable { get; init; }
}
