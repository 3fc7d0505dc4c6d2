using Sightglass.Core.Definitions;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>
/// The pipelines of a world: one, its child, and, where they are of concurrency groups, their mirrors of the other group, so
/// that parents and children can wait for each other crosswise. And the slots, counted from the logs alone.
/// </summary>
internal sealed class GroupWorld
{
    public const string MirrorId = "mirror";
    public const string MirroredChildId = "mirrored-child";

    private static readonly string[] Names = ["one", "two"];

    private readonly Dictionary<string, PipelineDefinition> _pipelines;

    public GroupWorld(Random random, PipelineDefinition pipeline, PipelineDefinition child)
    {
        _pipelines = new Dictionary<string, PipelineDefinition>(StringComparer.Ordinal) { [pipeline.Id] = pipeline, [child.Id] = child };
        Roots = [pipeline];
        if (random.Next(3) > 0) return;
        var mirror = Copy(pipeline, MirrorId);
        foreach (var stage in mirror.Stages.Where(s => s.Pipeline is not null)) stage.Pipeline = stage.Pipeline! with { Id = MirroredChildId };
        var mirrored = Copy(child, MirroredChildId);
        int[] limits = [1 + random.Next(2), 1 + random.Next(2)];
        (pipeline.Concurrency, mirror.Concurrency) = (Draw(0), Draw(1));
        if (random.Next(2) == 0) (child.Concurrency, mirrored.Concurrency) = (Draw(1), Draw(0));
        (_pipelines[mirror.Id], _pipelines[mirrored.Id]) = (mirror, mirrored);
        Roots = [pipeline, mirror];

        // One limit a group: of two that go by different ones, who was first is not in the logs.
        ConcurrencyDefinition Draw(int group) => new() { Group = Names[group], Limit = limits[group], WhenFull = (WhenFull)random.Next(3) };
    }

    /// <summary>Gets the pipelines that people start.</summary>
    public IReadOnlyList<PipelineDefinition> Roots { get; }

    public IEnumerable<PipelineDefinition> All => _pipelines.Values;

    public PipelineDefinition? Find(string id) => _pipelines.GetValueOrDefault(id);

    /// <summary>Tells whether a log that has just got a slot makes one too many.</summary>
    public static bool IsOverLimit(WatchedLog entered, IEnumerable<WatchedLog> logs) => Holders(entered, logs) > entered.Definition.Concurrency!.Limit;

    /// <summary>Tells whether somebody who waits for a slot has to.</summary>
    public static bool HasToWait(WatchedLog waiting, IEnumerable<WatchedLog> logs) => Holders(waiting, logs) >= waiting.Definition.Concurrency!.Limit;

    private static int Holders(WatchedLog log, IEnumerable<WatchedLog> logs) => logs.Count(l => IsOfGroup(l, log) && l.Model is { AwaitsGroup: false, Terminal: false });

    private static bool IsOfGroup(WatchedLog log, WatchedLog other) => log.Definition.Concurrency?.Group == other.Definition.Concurrency!.Group;

    private static PipelineDefinition Copy(PipelineDefinition pipeline, string id)
    {
        var copy = DefinitionJson.Read(DefinitionJson.Write(pipeline));
        copy.Id = id;
        return copy;
    }
}
