
namespace Sightglass.Core.Executions;

/// <summary><c>stage.output</c>: text as it was printed.</summary>
public sealed record StageOutputWritten : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.output";

    /// <inheritdoc/>
    public override bool IsDecision => false;

    /// <summary>Gets the text.</summary>
    public string Text { get; init; } = "";

    /// <summary>Gets <c>output</c> or <c>error</c>.</summary>
    public string Stream { get; init; } = "output";

    /// <summary>Gets the UTF-8 bytes of this stage's recorded text that stand before it.</summary>
    public long Offset { get; init; }
}

/// <summary><c>stage.log</c>.</summary>
public sealed record StageLogged : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.log";

    /// <inheritdoc/>
    public override bool IsDecision => false;

    /// <summary>Gets <c>debug</c>, <c>info</c>, <c>warning</c> or <c>error</c>.</summary>
    public string Level { get; init; } = "info";

    /// <summary>Gets the line.</summary>
    public string Message { get; init; } = "";

    /// <summary>Gets named values.</summary>
    public Payload? Fields { get; init; }

    internal override EventData MapPayloads(Func<Payload, Payload> map) => Fields is null ? this : this with { Fields = map(Fields) };
}

/// <summary><c>stage.progress</c>.</summary>
public sealed record StageProgressed : EventData
{
    /// <inheritdoc/>
    public override string EventType => "stage.progress";

    /// <inheritdoc/>
    public override bool IsDecision => false;

    /// <summary>Gets 0 to 1.</summary>
    public double Fraction { get; init; }

    /// <summary>Gets what is being done.</summary>
    public string? Message { get; init; }
}

/// <summary><c>agent.message</c>.</summary>
public sealed record AgentMessageSent : EventData
{
    /// <inheritdoc/>
    public override string EventType => "agent.message";

    /// <inheritdoc/>
    public override bool IsDecision => false;

    /// <summary>Gets who says it.</summary>
    public string From { get; init; } = "";

    /// <summary>Gets who is told.</summary>
    public string To { get; init; } = "";

    /// <summary>Gets <c>request</c>, <c>response</c>, <c>escalation</c> or <c>delegation</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Gets <c>none</c>, <c>agent</c>, <c>supervisor</c> or <c>human</c>.</summary>
    public string EscalationLevel { get; init; } = "none";

    /// <summary>Gets what is said.</summary>
    public Payload Payload { get; init; } = Payload.Null;

    internal override EventData MapPayloads(Func<Payload, Payload> map) => this with { Payload = map(Payload) };
}

/// <summary><c>agent.memory</c>.</summary>
public sealed record AgentMemoryUsed : EventData
{
    /// <inheritdoc/>
    public override string EventType => "agent.memory";

    /// <inheritdoc/>
    public override bool IsDecision => false;

    /// <summary>Gets <c>write</c> or <c>recall</c>.</summary>
    public string Operation { get; init; } = "";

    /// <summary>Gets the memory.</summary>
    public Payload Content { get; init; } = Payload.Null;

    /// <summary>Gets the stage it came from.</summary>
    public string? SourceStage { get; init; }

    internal override EventData MapPayloads(Func<Payload, Payload> map) => this with { Content = map(Content) };
}

/// <summary><c>agent.state</c>: state shared across stages.</summary>
public sealed record AgentStateChanged : EventData
{
    /// <inheritdoc/>
    public override string EventType => "agent.state";

    /// <inheritdoc/>
    public override bool IsDecision => false;

    /// <summary>Gets the key.</summary>
    public string Key { get; init; } = "";

    /// <summary>Gets the value before.</summary>
    public Payload? Before { get; init; }

    /// <summary>Gets the value after.</summary>
    public Payload? After { get; init; }

    internal override EventData MapPayloads(Func<Payload, Payload> map) =>
        this with { Before = Before is null ? null : map(Before), After = After is null ? null : map(After) };
}

/// <summary><c>agent.tool</c>.</summary>
public sealed record AgentToolCalled : EventData
{
    /// <inheritdoc/>
    public override string EventType => "agent.tool";

    /// <inheritdoc/>
    public override bool IsDecision => false;

    /// <summary>Gets the tool's name.</summary>
    public string Tool { get; init; } = "";

    /// <summary>Gets what it was given.</summary>
    public Payload Arguments { get; init; } = Payload.Null;

    /// <summary>Gets what it answered.</summary>
    public Payload Result { get; init; } = Payload.Null;

    /// <summary>Gets how long it took, in milliseconds.</summary>
    public double Duration { get; init; }

    internal override EventData MapPayloads(Func<Payload, Payload> map) => this with { Arguments = map(Arguments), Result = map(Result) };
}
