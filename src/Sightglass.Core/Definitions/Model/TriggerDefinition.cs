namespace Sightglass.Core.Definitions;

/// <summary>When a stage may start: a tree of conditions. Each node has exactly one of its members.</summary>
public sealed record TriggerDefinition : ExtensibleDefinition
{
    /// <summary>Gets conditions that must all hold.</summary>
    public IReadOnlyList<TriggerDefinition>? All { get; set; }

    /// <summary>Gets conditions of which one must hold.</summary>
    public IReadOnlyList<TriggerDefinition>? Any { get; set; }

    /// <summary>Gets a stage that must have completed.</summary>
    public string? Completed { get; set; }

    /// <summary>Gets a stage that must have failed.</summary>
    public string? Failed { get; set; }

    /// <summary>Gets a stage that must have ended, however.</summary>
    public string? Ended { get; set; }

    /// <summary>Gets the type of a custom event that must arrive.</summary>
    public string? Event { get; set; }

    /// <summary>Gets the condition on that event, a bare expression over <c>event</c>.</summary>
    public string? Where { get; set; }

    /// <summary>Gets an approval that a person must give.</summary>
    public ApprovalDefinition? Approval { get; set; }

    /// <summary>Gets a condition, a bare expression, evaluated when the stages it names have ended.</summary>
    public string? When { get; set; }

    /// <summary>Gets a time that must pass after the other conditions beside it hold.</summary>
    public Duration? Timer { get; set; }

    /// <summary>Gets how long this condition, or this whole group, is waited for once everything beside it holds.</summary>
    public Duration? Timeout { get; set; }

    /// <summary>Gets what happens then.</summary>
    /// <value><see cref="TriggerTimeout.Fail"/>.</value>
    public TriggerTimeout OnTimeout { get; set; }
}

/// <summary>An approval by a person.</summary>
public sealed record ApprovalDefinition : ExtensibleDefinition
{
    /// <summary>Gets the roles or people who may give it; empty for anyone who may run the pipeline.</summary>
    public IReadOnlyList<string> By { get; set; } = [];

    /// <summary>Gets how long it is waited for.</summary>
    public Duration? Timeout { get; set; }

    /// <summary>Gets what happens then: <c>reject</c> or <c>approve</c>.</summary>
    /// <value><c>reject</c>.</value>
    public string OnTimeout { get; set; } = "reject";

    /// <summary>Gets what the person is asked, a template.</summary>
    public string? Message { get; set; }
}
