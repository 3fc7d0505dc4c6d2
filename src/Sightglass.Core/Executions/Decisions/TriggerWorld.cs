namespace Sightglass.Core.Executions.Decisions;

/// <summary>Under which assumption a trigger is judged.</summary>
internal enum TriggerWorld
{
    /// <summary>As it stands.</summary>
    Real,

    /// <summary>As if people, other systems and the clock had all answered yes.</summary>
    Answered,

    /// <summary>As if all timers were over.</summary>
    Elapsed,
}
