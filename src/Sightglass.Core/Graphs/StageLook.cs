using Sightglass.Core.Executions;

namespace Sightglass.Core.Graphs;

/// <summary>How a stage is drawn: the colours are the same in every drawing and on the dashboard, and so are the words.</summary>
/// <param name="Name">What its state is called in a drawing that names looks.</param>
/// <param name="Color">Its colour.</param>
/// <param name="Word">What is written below its name, where the colour does not say it alone; else <see langword="null"/>.</param>
internal sealed record StageLook(string Name, string Color, string? Word = null)
{
    private const string Red = "#E53E3E";
    private const string Blue = "#3182CE";
    private const string Yellow = "#D69E2E";
    private const string Gray = "#718096";

    /// <summary>Gives the look of a stage; <see langword="null"/> where it is drawn plain.</summary>
    public static StageLook? Of(GraphState? state, string stage)
    {
        if (state is null || !state.Stages.TryGetValue(stage, out var status) || status == StageStatus.Pending) return null;
        return state.Undos.GetValueOrDefault(stage) switch
        {
            null => new StageLook(status.ToWire(), ColorOf(status)),
            "running" => new StageLook("undo_running", Blue, "rolling back"),
            "failed" => new StageLook("undo_failed", Red, "rollback failed"),
            "partly" => new StageLook("undo_partly", Yellow, "partly rolled back"),
            _ => new StageLook("undo_completed", Gray, "rolled back"),
        };
    }

    private static string ColorOf(StageStatus status) => status switch
    {
        StageStatus.Running => Blue,
        StageStatus.Completed => "#38A169",
        StageStatus.Failed => Red,
        StageStatus.Waiting => Yellow,
        StageStatus.Blocked => "#805AD5",
        StageStatus.Cancelled or StageStatus.Skipped => Gray,
        _ => "#A0AEC0",
    };
}
