namespace Sightglass.Core.Executions;

/// <summary>What a comparison looks at in one stage, or in one instance of it.</summary>
/// <param name="Key">The id, or <c>id[n]</c> for an instance.</param>
/// <param name="Name">Its name.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Undo"><c>running</c>, <c>completed</c> or <c>failed</c> where a rollback takes back what it did.</param>
/// <param name="Attempt">The newest attempt, 0 before the first.</param>
/// <param name="StartedAfter">When the newest attempt started, from the creation of the execution on.</param>
/// <param name="Duration">How long the attempt took that ended it, in milliseconds.</param>
/// <param name="Cost">The cost of all attempts, in US dollars.</param>
/// <param name="Input">The resolved input.</param>
/// <param name="Output">The output.</param>
public sealed record ComparedStage(
    string Key,
    string Name,
    StageStatus Status,
    string? Undo,
    int Attempt,
    TimeSpan? StartedAfter,
    double? Duration,
    decimal? Cost,
    Payload? Input,
    Payload? Output)
{
    internal static ComparedStage Of(StageState stage, DateTimeOffset createdAt) =>
        new(stage.Key, stage.Name, stage.Status, stage.Undo, stage.Attempt, stage.StartedAt - createdAt, stage.Duration, stage.Cost, stage.Input, stage.Output);
}
