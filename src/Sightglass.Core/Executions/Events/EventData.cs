using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Executions;

/// <summary>What an event says beyond who and when. The keys on the wire are the members' names in camel case and are
/// fixed by <c>docs/reference/events.schema.json</c>. Durations are milliseconds, sizes bytes, costs US dollars.</summary>
public abstract record EventData
{
    /// <summary>Gets the event's type on the wire, such as <c>stage.started</c>.</summary>
    [JsonIgnore]
    public abstract string EventType { get; }

    /// <summary>Gets whether folding the state needs the event.</summary>
    [JsonIgnore]
    public virtual bool IsDecision => true;

    /// <summary>Gives the same data with every value passed through a function.</summary>
    internal virtual EventData MapPayloads(Func<Payload, Payload> map) => this;
}

/// <summary>A type that this version does not know; kept as it is.</summary>
/// <param name="Name">The type's name.</param>
/// <param name="Data">Its data.</param>
public sealed record UnknownData(string Name, JsonElement Data) : EventData
{
    /// <inheritdoc/>
    public override string EventType => Name;
}

/// <summary>Who runs an attempt.</summary>
/// <param name="Id">The worker's id.</param>
/// <param name="Host">Name of its machine.</param>
/// <param name="Process">Id of its process.</param>
public sealed record WorkerIdentity(string Id, string Host, int Process);

/// <summary>The execution that started this one as a stage.</summary>
/// <param name="ExecutionId">The parent.</param>
/// <param name="Stage">Key of its stage.</param>
/// <param name="Attempt">Attempt of that stage.</param>
public sealed record ParentLink(Guid ExecutionId, string Stage, int Attempt);

/// <summary>The time of a schedule that an execution was started for.</summary>
/// <param name="Id">The schedule's id in the pipeline.</param>
/// <param name="Time">The time it stands for; that of the start where a person triggered it.</param>
public sealed record ScheduleLink(string Id, DateTimeOffset Time);

/// <summary>What a finished turn adds up to.</summary>
/// <param name="StagesRun">Stages that completed.</param>
/// <param name="StagesSkipped">Skipped and cancelled ones.</param>
/// <param name="StagesFailed">Failed ones.</param>
/// <param name="Cost">Cost of every attempt, in US dollars.</param>
/// <param name="Duration">From start to end of the turn, in milliseconds.</param>
public sealed record ExecutionTotals(int StagesRun, int StagesSkipped, int StagesFailed, decimal Cost, double Duration);
