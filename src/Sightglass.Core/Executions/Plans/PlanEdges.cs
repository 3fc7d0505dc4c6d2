using System.Text.Json;

namespace Sightglass.Core.Executions.Plans;

/// <summary>What depends on what, as the planned graph of <c>execution.created</c> says.</summary>
internal sealed class PlanEdges
{
    private readonly Dictionary<string, List<(string To, string Kind)>> _from = new(StringComparer.Ordinal);

    private PlanEdges()
    {
    }

    /// <summary>Gets a plan without edges.</summary>
    public static PlanEdges None { get; } = new();

    /// <summary>Reads the edges of a plan; one that is no plan has none.</summary>
    public static PlanEdges Read(ReadOnlySpan<byte> planJson)
    {
        var edges = new PlanEdges();
        if (planJson is [] or [(byte)'n', ..]) return edges;
        var reader = new Utf8JsonReader(planJson);
        using var document = JsonDocument.ParseValue(ref reader);
        if (!document.RootElement.TryGetProperty("edges"u8, out var list)) return edges;
        foreach (var edge in list.EnumerateArray())
        {
            var from = edge.GetProperty("from"u8).GetString()!;
            if (!edges._from.TryGetValue(from, out var targets)) edges._from[from] = targets = [];
            targets.Add((edge.GetProperty("to"u8).GetString()!, edge.GetProperty("kind"u8).GetString() ?? ""));
        }

        return edges;
    }

    /// <summary>Gives what depends on a stage.</summary>
    public IReadOnlyList<(string To, string Kind)> From(string stage) => _from.TryGetValue(stage, out var targets) ? targets : [];
}
