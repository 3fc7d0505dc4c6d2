using Sightglass.Core.Executions;

namespace Sightglass.Cli.Tail;

/// <summary>What of all executions is shown. Of each kind that names nothing all of it.</summary>
internal sealed record TailFilter
{
    private static readonly string[] Terminal = ["completed", "failed", "cancelled"];

    /// <summary>Gets the ids of the pipelines; their children are shown with them.</summary>
    public IReadOnlyList<string> Pipelines { get; init; } = [];

    /// <summary>Gets the stages, their instances included.</summary>
    public IReadOnlyList<string> Stages { get; init; } = [];

    /// <summary>Gets the levels of lines: what was printed counts as info, a failure as an error.</summary>
    public IReadOnlyList<string> Levels { get; init; } = [];

    /// <summary>Gets the statuses: an execution is shown while it stands in one of them, and as it comes to it.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    /// <summary>Gets the types of events that need to be read; empty for all.</summary>
    public string Types => Statuses.Count > 0 && Statuses.All(s => Terminal.Contains(s)) ? "execution.*,stage.started" : "";

    /// <summary>Tells whether executions of a pipeline are shown.</summary>
    public bool FitsPipeline(string id) => Pipelines.Count == 0 || Pipelines.Contains(id);

    /// <summary>Tells whether an event is shown.</summary>
    /// <param name="e">The event.</param>
    /// <param name="status">The status of its execution after it.</param>
    public bool Fits(ExecutionEvent e, string status) =>
        (Statuses.Count == 0 || Statuses.Contains(status))
        && (Stages.Count == 0 || (e.Stage is { } stage && Stages.Any(s => stage.StartsWith(s, StringComparison.Ordinal) && (stage.Length == s.Length || stage[s.Length] == '['))))
        && (Levels.Count == 0 || Levels.Contains(LevelOf(e.Data)));

    private static string LevelOf(EventData data) => data switch
    {
        StageLogged log => log.Level,
        ExecutionFailed or StageFailed or StageUndoFailed => "error",
        _ => "info",
    };
}
