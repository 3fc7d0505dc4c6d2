namespace Sightglass.Core.Executions;

/// <summary>Where an execution stands stopped.</summary>
/// <param name="Stage">Key of the stage that would have started next.</param>
/// <param name="Seq">Sequence of the <c>debug.paused</c>.</param>
public sealed record DebugStop(string Stage, long Seq)
{
    /// <summary>What a stopped stage waits for.</summary>
    internal const string WaitingFor = "breakpoint";
}
