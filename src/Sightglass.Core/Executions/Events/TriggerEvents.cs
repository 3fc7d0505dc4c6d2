using System.Text.Json.Serialization;

namespace Sightglass.Core.Executions;

/// <summary><c>trigger.evaluated</c>: a custom event, a timer or a condition was held against a trigger.</summary>
public sealed record TriggerEvaluated : EventData
{
    /// <inheritdoc/>
    public override string EventType => "trigger.evaluated";

    /// <summary>Gets the number of the leaf in the stage's trigger tree, from 0 in reading order.</summary>
    public int Trigger { get; init; }

    /// <summary>Gets the leaf's type, <c>type</c> on the wire: <c>event</c>, <c>timer</c>, <c>condition</c>, <c>approval</c>.</summary>
    [JsonPropertyName("type")]
    public string Kind { get; init; } = "";

    /// <summary>Gets whether it holds now.</summary>
    public bool Result { get; init; }

    /// <summary>Gets why.</summary>
    public string? Why { get; init; }

    /// <summary>Gets the custom event's data.</summary>
    public Payload? Event { get; init; }

    internal override EventData MapPayloads(Func<Payload, Payload> map) => Event is null ? this : this with { Event = map(Event) };
}

/// <summary><c>approval.requested</c>.</summary>
public sealed record ApprovalRequested : EventData
{
    /// <inheritdoc/>
    public override string EventType => "approval.requested";

    /// <summary>Gets the number of the leaf in the stage's trigger tree.</summary>
    public int Trigger { get; init; }

    /// <summary>Gets the roles or people who may decide; empty for anyone who may run the pipeline.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>Gets what is asked.</summary>
    public string? Message { get; init; }

    /// <summary>Gets when it is decided without a person.</summary>
    public DateTimeOffset? Deadline { get; init; }
}

/// <summary><c>approval.granted</c>.</summary>
public sealed record ApprovalGranted : EventData
{
    /// <inheritdoc/>
    public override string EventType => "approval.granted";

    /// <summary>Gets the number of the leaf in the stage's trigger tree.</summary>
    public int Trigger { get; init; }

    /// <summary>Gets who decided; <c>timeout</c> where nobody did.</summary>
    public string? By { get; init; }

    /// <summary>Gets what they said.</summary>
    public string? Comment { get; init; }
}

/// <summary><c>approval.rejected</c>.</summary>
public sealed record ApprovalRejected : EventData
{
    /// <inheritdoc/>
    public override string EventType => "approval.rejected";

    /// <summary>Gets the number of the leaf in the stage's trigger tree.</summary>
    public int Trigger { get; init; }

    /// <summary>Gets who decided; <c>timeout</c> where nobody did.</summary>
    public string? By { get; init; }

    /// <summary>Gets what they said.</summary>
    public string? Comment { get; init; }
}
