namespace Sightglass.Core.Executions;

/// <summary><c>debug.breakpoint.set</c>: from now on the execution stops before each attempt of the stage.</summary>
public sealed record BreakpointSet : EventData
{
    /// <inheritdoc/>
    public override string EventType => "debug.breakpoint.set";

    /// <summary>Gets where it stops: <c>before</c> an attempt.</summary>
    public string When { get; init; } = "before";

    /// <summary>Gets who asked.</summary>
    public string? By { get; init; }
}

/// <summary><c>debug.breakpoint.cleared</c>.</summary>
public sealed record BreakpointCleared : EventData
{
    /// <inheritdoc/>
    public override string EventType => "debug.breakpoint.cleared";

    /// <summary>Gets who asked.</summary>
    public string? By { get; init; }
}

/// <summary><c>debug.paused</c>: the stage would have been handed out next and is not; nothing new starts.</summary>
public sealed record DebugPaused : EventData
{
    /// <inheritdoc/>
    public override string EventType => "debug.paused";

    /// <summary>Gets where it stands: <c>before</c> an attempt.</summary>
    public string When { get; init; } = "before";

    /// <summary>Gets why: <c>breakpoint</c>, or <c>step</c>.</summary>
    public string Reason { get; init; } = "breakpoint";
}

/// <summary><c>debug.resumed</c>: the execution goes on.</summary>
public sealed record DebugResumed : EventData
{
    /// <inheritdoc/>
    public override string EventType => "debug.resumed";

    /// <summary>Gets how: <c>continue</c> to the next breakpoint, <c>step</c> to the next stage, or <c>ended</c>, where the
    /// stage will not run any more and there is nothing left to stop.</summary>
    public string Mode { get; init; } = "continue";

    /// <summary>Gets who asked; nobody where the stage has ended.</summary>
    public string? By { get; init; }
}
