namespace Sightglass.Core.Debugging;

/// <summary>What to do at a stop.</summary>
public enum DebugAction
{
    /// <summary>Stay, and give control back to whoever waits.</summary>
    Stop,

    /// <summary>Go on to the next breakpoint.</summary>
    Continue,

    /// <summary>Let this stage start and stop before the next one.</summary>
    Step,
}
