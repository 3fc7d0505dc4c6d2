using Sightglass.Core.Executions;

namespace Sightglass.Server.Executions.Recorded;

/// <summary>A line that a stage printed or logged.</summary>
/// <param name="Seq">The event that completes it.</param>
/// <param name="Time">When that was.</param>
/// <param name="Stage">Key of the stage.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="Stream"><c>output</c>, <c>error</c>, or <c>log</c> for what was logged.</param>
/// <param name="Level"><c>debug</c>, <c>info</c>, <c>warning</c> or <c>error</c>.</param>
/// <param name="Text">The line without its end.</param>
/// <param name="Fields">The named values of what was logged.</param>
/// <param name="IsComplete">Whether the line ends here; else the next one of this stage, attempt and stream goes on with it.</param>
internal sealed record LogEntry(long Seq, DateTimeOffset Time, string Stage, int Attempt, string Stream, string Level, string Text, Payload? Fields, bool IsComplete);
