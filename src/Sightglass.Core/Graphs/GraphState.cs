using System.Text.Json;
using Sightglass.Core.Executions;

namespace Sightglass.Core.Graphs;

/// <summary>What an execution adds to the drawing of its pipeline: how its stages stand, and which ways its branches took.</summary>
/// <param name="Stages">How stages stand, by id.</param>
public sealed record GraphState(IReadOnlyDictionary<string, StageStatus> Stages)
{
    private static readonly Dictionary<string, string> NoUndos = [];
    private static readonly Dictionary<string, string?> NoBranches = [];

    /// <summary>Gets how far a rollback has taken back what completed stages did: <c>running</c>, <c>completed</c>, <c>failed</c>, or
    /// <c>partly</c> where it took back some of a stage's items.</summary>
    public IReadOnlyDictionary<string, string> Undos { get; init; } = NoUndos;

    /// <summary>Gets the stage that each branch has chosen, by the branch's id; <see langword="null"/> where it chose none.</summary>
    public IReadOnlyDictionary<string, string?> Taken { get; init; } = NoBranches;

    /// <summary>Reads it off a state.</summary>
    public static GraphState Of(ExecutionState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var stages = new Dictionary<string, StageStatus>(StringComparer.Ordinal);
        var undos = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var stage in state.Stages)
        {
            stages[stage.Id] = stage.Status;
            if (UndoOf(state, stage) is { } undo) undos[stage.Id] = undo;
            if (stage is { Type: "branch", Status: StageStatus.Completed } && TryReadTaken(stage.Output, out var way)) taken[stage.Id] = way;
        }

        return new GraphState(stages) { Undos = undos, Taken = taken };
    }

    /// <summary>Tells whether a branch has chosen the way that an edge is; <see langword="null"/> where it has not chosen, and for
    /// edges that no branch chooses.</summary>
    public bool? IsTaken(GraphEdge edge)
    {
        ArgumentNullException.ThrowIfNull(edge);
        return edge.Kind == GraphEdgeKind.Branch && Taken.TryGetValue(edge.From, out var taken) ? taken == edge.To : null;
    }

    private static string? UndoOf(ExecutionState state, StageState stage)
    {
        if (stage.Undo is not null || stage.Status != StageStatus.Completed || stage.Count is null) return stage.Undo;
        var undos = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in state.InstancesOf(stage.Id))
        {
            if (item.Status == StageStatus.Completed) undos.Add(item.Undo ?? "");
        }

        return undos.Contains("running") ? "running"
            : undos.Contains("failed") ? "failed"
            : !undos.Contains("completed") ? null
            : undos.Contains("") ? "partly" : "completed";
    }

    // What a branch gives back is its decision: {"taken": "ID"}, or null for none.
    private static bool TryReadTaken(Payload? output, out string? taken)
    {
        taken = null;
        if (output is not { IsInline: true, Json.IsEmpty: false }) return false;
        using var json = JsonDocument.Parse(output.Json);
        if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("taken", out var way)) return false;
        taken = way.ValueKind == JsonValueKind.String ? way.GetString() : null;
        return way.ValueKind is JsonValueKind.String or JsonValueKind.Null;
    }
}
