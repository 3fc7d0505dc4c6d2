namespace Sightglass.Core.Monitoring;

/// <summary>What a stage waits for from outside. That stages it depends on have ended needs no report: it follows from theirs.</summary>
public enum TriggerKind
{
    /// <summary>A custom event.</summary>
    Event,

    /// <summary>The answer of a person.</summary>
    Approval,

    /// <summary>A condition.</summary>
    Condition,

    /// <summary>A time.</summary>
    Timer,
}
