using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>An engine one of whose parts is broken on purpose.</summary>
internal sealed record EngineMutant(string Name)
{
    public static EngineMutant None { get; } = new("none");

    /// <summary>Gets what reaches the disk of an append; null where nothing does, and the owner is told that all did.</summary>
    public Func<EngineWorld, Append, Append?> Append { get; init; } = static (_, append) => append;

    public Func<EngineWorld, bool> AcksFirst { get; init; } = Never;

    /// <summary>Gets what a read gives of what the disk gives, after a cursor.</summary>
    public Func<EngineWorld, LogPage, long, LogPage> Read { get; init; } = static (_, page, _) => page;

    public Func<EngineWorld, int, WorkerSlots>? Slots { get; init; }

    /// <summary>Gets what reaches an owner's mailbox of a message.</summary>
    public Func<EngineWorld, ActorMessage, IReadOnlyList<ActorMessage>>? Mail { get; init; }

    public Func<EngineWorld, bool> LosesTimer { get; init; } = Never;

    public Func<EngineWorld, bool> LosesWord { get; init; } = Never;

    /// <summary>Gets how the definition is changed that the engine is told; the rules are read from the right one.</summary>
    public Action<PipelineDefinition>? Definition { get; init; }

    public override string ToString() => Name;

    private static bool Never(EngineWorld world) => false;
}
