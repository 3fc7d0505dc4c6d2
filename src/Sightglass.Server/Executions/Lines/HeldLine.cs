namespace Sightglass.Server.Executions.Lines;

/// <summary>A line that has not ended yet, as it stands at some place of the log.</summary>
/// <param name="Stage">Key of the stage.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Stream">Where it is printed to.</param>
/// <param name="Seq">The event that printed to it last.</param>
/// <param name="Time">When that was.</param>
/// <param name="Text">Its first characters.</param>
/// <param name="Length">How many it has.</param>
/// <param name="Rewrites">How often it was written over.</param>
internal sealed record HeldLine(string Stage, int Attempt, string Stream, long Seq, DateTimeOffset Time, string Text, long Length, int Rewrites);
