using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions;

/// <summary><c>execution.created</c>: everything that is known before anything runs.</summary>
public sealed record ExecutionCreated : EventData
{
    /// <inheritdoc/>
    public override string EventType => "execution.created";

    /// <summary>Gets the pipeline's id.</summary>
    public string PipelineId { get; init; } = "";

    /// <summary>Gets its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets its version.</summary>
    public string? Version { get; init; }

    /// <summary>Gets the hash under which the definition is stored.</summary>
    public string DefinitionHash { get; init; } = "";

    /// <summary>Gets the bound input: an object of the declared inputs.</summary>
    public Payload Input { get; init; } = Payload.Null;

    /// <summary>Gets the lane: urgent, high, medium or low.</summary>
    public string Priority { get; init; } = "medium";

    /// <summary>Gets what started it: <c>api</c>, <c>cli</c>, <c>pipeline</c>, <c>library</c>, <c>schedule</c>.</summary>
    public string Trigger { get; init; } = "api";

    /// <summary>Gets the schedule that started it, and for which time.</summary>
    public ScheduleLink? Schedule { get; init; }

    /// <summary>Gets the labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Gets who asked.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Gets the organisation.</summary>
    public string Organization { get; init; } = "default";

    /// <summary>Gets the address that is told about results.</summary>
    public string? WebhookUrl { get; init; }

    /// <summary>Gets the id that an outside system knows it by.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Gets the parent of a child execution.</summary>
    public ParentLink? Parent { get; init; }

    /// <summary>Gets how deep it is nested; 0 has no parent.</summary>
    public int Depth { get; init; }

    /// <summary>Gets the concurrency group whose slot it needs to start.</summary>
    public GroupClaim? Group { get; init; }

    /// <summary>Gets the ids of the stages before whose attempts it stops.</summary>
    public IReadOnlyList<string>? Breakpoints { get; init; }

    /// <summary>Gets the folder that relative paths start from.</summary>
    public string? BaseFolder { get; init; }

    /// <summary>Gets the hashes of the definitions that child stages run, by pipeline id.</summary>
    public IReadOnlyDictionary<string, string>? Children { get; init; }

    /// <summary>Gets the planned graph: <c>{"stages":[{id,name,type}],"edges":[{from,to,kind,label}]}</c>.</summary>
    public Payload Plan { get; init; } = Payload.Null;

    internal override EventData MapPayloads(Func<Payload, Payload> map) => this with { Input = map(Input), Plan = map(Plan) };
}

/// <summary><c>execution.started</c>: the first stage is handed out, or it got the slot of its concurrency group.</summary>
public sealed record ExecutionStarted : EventData
{
    /// <inheritdoc/>
    public override string EventType => "execution.started";
}

/// <summary><c>execution.paused</c>: nothing new starts until it is resumed.</summary>
public sealed record ExecutionPaused : EventData
{
    /// <inheritdoc/>
    public override string EventType => "execution.paused";

    /// <summary>Gets who asked.</summary>
    public string? By { get; init; }

    /// <summary>Gets why.</summary>
    public string? Reason { get; init; }
}

/// <summary><c>execution.resumed</c>.</summary>
public sealed record ExecutionResumed : EventData
{
    /// <inheritdoc/>
    public override string EventType => "execution.resumed";

    /// <summary>Gets who asked.</summary>
    public string? By { get; init; }
}

/// <summary><c>execution.cancelling</c>: running attempts are told to stop.</summary>
public sealed record ExecutionCancelling : EventData
{
    /// <inheritdoc/>
    public override string EventType => "execution.cancelling";

    /// <summary>Gets who asked.</summary>
    public string? By { get; init; }

    /// <summary>Gets why.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets when what still runs is given up as lost.</summary>
    public DateTimeOffset Deadline { get; init; }
}

/// <summary><c>execution.completed</c>.</summary>
public sealed record ExecutionCompleted : EventData
{
    /// <inheritdoc/>
    public override string EventType => "execution.completed";

    /// <summary>Gets <c>success</c> or <c>early_exit</c>.</summary>
    public string Result { get; init; } = "success";

    /// <summary>Gets the output: that of the only last stage, or a map of them by id.</summary>
    public Payload Output { get; init; } = Payload.Null;

    /// <summary>Gets what it adds up to.</summary>
    public ExecutionTotals? Totals { get; init; }

    internal override EventData MapPayloads(Func<Payload, Payload> map) => this with { Output = map(Output) };
}

/// <summary><c>execution.failed</c>.</summary>
public sealed record ExecutionFailed : EventData
{
    /// <inheritdoc/>
    public override string EventType => "execution.failed";

    /// <summary>Gets the error of the first stage that failed, or of the engine.</summary>
    public StageError? Error { get; init; }

    /// <summary>Gets the key of that stage; absent for an error of the engine.</summary>
    public string? FailedStage { get; init; }

    /// <summary>Gets what it adds up to.</summary>
    public ExecutionTotals? Totals { get; init; }
}

/// <summary><c>execution.cancelled</c>.</summary>
public sealed record ExecutionCancelled : EventData
{
    /// <inheritdoc/>
    public override string EventType => "execution.cancelled";

    /// <summary>Gets why.</summary>
    public string? Reason { get; init; }

    /// <summary>Gets what it adds up to.</summary>
    public ExecutionTotals? Totals { get; init; }
}

/// <summary><c>execution.reopened</c>: a person starts the next turn of an ended execution.</summary>
public sealed record ExecutionReopened : EventData
{
    /// <inheritdoc/>
    public override string EventType => "execution.reopened";

    /// <summary>Gets who asked.</summary>
    public string? By { get; init; }

    /// <summary>Gets the turn that begins, from 2.</summary>
    public int Turn { get; init; }

    /// <summary>Gets the keys of the stages that start over.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];
}
