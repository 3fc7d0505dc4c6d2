using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>Stores, queues, owners and rules that are broken on purpose: whatever finds nothing wrong with one of them finds
/// nothing.</summary>
internal static class EngineMutants
{
    public static IReadOnlyList<EngineMutant> All { get; } =
    [
        new("store: answers before it commits") { AcksFirst = Rarely },
        new("store: loses an append") { Append = (w, a) => a.ExpectedLast > 0 && Rarely(w) ? null : a },
        new("store: writes a block twice") { Append = (w, a) => Rarely(w) ? a with { Blocks = [.. a.Blocks, a.Blocks[^1] with { FirstSeq = a.Blocks[^1].FirstSeq + a.Blocks[^1].Count }] } : a },
        new("store: swaps two blocks") { Append = (w, a) => a.Blocks.Count > 1 ? a with { Blocks = Swapped(a.Blocks) } : a },
        new("store: writes half of an append") { Append = (w, a) => a.Blocks.Count > 1 && Rarely(w) ? a with { Blocks = [a.Blocks[0]] } : a },
        new("store: forgets who owns an execution") { Append = (w, a) => a.ExpectedLast > 0 && w.Epochs.TryGetValue(a.ExecutionId, out var epoch) ? a with { Epoch = epoch } : a },
        new("store: reads what was there a while ago") { Read = (w, p, after) => p.Blocks.Count > 0 && Rarely(w) ? Earlier(p, after) : p },
        new("queue: gives a slot to two") { Slots = (w, n) => new BrokenSlots(n) { GivesTwice = () => Rarely(w) } },
        new("queue: loses a slot that comes back") { Slots = (w, n) => new BrokenSlots(n) { LosesRelease = () => Rarely(w) } },
        new("queue: forgets who waits") { Slots = (w, n) => new BrokenSlots(n) { ForgetsWait = () => Rarely(w) } },
        new("queue: loses a timer") { LosesTimer = Rarely },
        new("queue: loses the word that a child brings") { LosesWord = Rarely },
        new("owner: loses the end of an attempt") { Mail = (w, m) => m is FinishedMessage && Rarely(w) ? [] : [m] },
        new("owner: takes the end of an attempt twice") { Mail = (w, m) => m is FinishedMessage && Rarely(w) ? [m, m] : [m] },
        new("owner: loses the last output of an attempt") { Mail = (w, m) => m is FinishedMessage f && Rarely(w) ? [f with { Output = null }] : [m] },
        new("owner: loses reports") { Mail = (w, m) => m is ReportsMessage && Rarely(w) ? [] : [m] },
        new("owner: loses a command") { Mail = (w, m) => m is CommandMessage && Rarely(w) ? [] : [m] },
        new("owner: loses a slot it was granted") { Mail = (w, m) => m is GrantMessage && Rarely(w) ? [] : [m] },
        new("rules: forget needs") { Definition = Stages(s => s.Needs = []) },
        new("rules: forget conditions") { Definition = Stages(s => s.When = s.Type == "branch" ? s.When : null) },
        new("rules: forget the limit of instances") { Definition = Stages(s => s.MaxParallel = null) },
        new("rules: try once more") { Definition = Stages(s => s.Retry = new RetryDefinition { MaxAttempts = 5 }) },
        new("rules: wait too short") { Definition = Stages(s => s.Wait = s.Wait?.For is { } time ? new WaitDefinition { For = new Duration(time.Value / 2) } : s.Wait) },
        new("rules: let one more into a group") { Definition = p => { if (p.Concurrency is { } group) group.Limit++; } },
        new("rules: let one less into a group") { Definition = p => { if (p.Concurrency is { Limit: > 1 } group) group.Limit--; } },
        new("store: forgets who made a request") { Append = (_, a) => a with { Records = [] } },
    ];

    private static Action<PipelineDefinition> Stages(Action<StageDefinition> change) => p => p.Stages.ToList().ForEach(change);

    private static bool Rarely(EngineWorld world) => world.Random.Next(20) == 0;

    private static LogPage Earlier(LogPage page, long after) =>
        new([.. page.Blocks.SkipLast(1)], page.Blocks.Count > 1 ? page.Blocks[^2].LastSeq : after, Ended: false);

    private static IReadOnlyList<AppendBlock> Swapped(IReadOnlyList<AppendBlock> blocks)
    {
        var first = blocks[0].FirstSeq;
        return [blocks[1] with { FirstSeq = first }, blocks[0] with { FirstSeq = first + blocks[1].Count }, .. blocks.Skip(2)];
    }
}
