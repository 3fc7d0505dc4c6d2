using System.Text.Json.Serialization;

namespace Sightglass.Core.Executions;

/// <summary><c>trigger.evaluated</c>: a node of a trigger has come to a result, or begins to wait for one.</summary>
public sealed record TriggerEvaluated : EventData
{
    /// <inheritdoc/>
    public override string EventType => "trigger.evaluated";

    /// <summary>Gets the number of the node: conditions from 0 in reading order, then the one of a <c>wait</c> stage itself, then the
    /// groups in reading order.</summary>
    public int Trigger { get; init; }

    /// <summary>Gets its type, <c>type</c> on the wire: <c>completed</c>, <c>failed</c>, <c>ended</c>, <c>event</c>, <c>approval</c>,
    /// <c>condition</c>, <c>timer</c>, <c>all</c> or <c>any</c>.</summary>
    [JsonPropertyName("type")]
    public string Kind { get; init; } = "";

    /// <summary>Gets whether it holds now.</summary>
    public bool Result { get; init; }

    /// <summary>Gets why.</summary>
    public string? Why { get; init; }

    /// <summary>Gets the custom event's data.</summary>
    public Payload? Event { get; init; }

    /// <summary>Gets until when it is waited for, where that begins now.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Gets what is done at the deadline, where it has passed: <c>fail</c>, <c>skip</c> or <c>proceed</c>.</summary>
    public string? TimedOut { get; init; }

    /// <summary>Gets whether nobody needs its answer any more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Cancelled { get; init; }

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

/// <summary><c>approval.withdrawn</c>: nobody needs the answer any more.</summary>
public sealed record ApprovalWithdrawn : EventData
{
    /// <inheritdoc/>
    public override string EventType => "approval.withdrawn";

    /// <summary>Gets the number of the leaf in the stage's trigger tree.</summary>
    public int Trigger { get; init; }

    /// <summary>Gets why.</summary>
    public string? Reason { get; init; }
}
