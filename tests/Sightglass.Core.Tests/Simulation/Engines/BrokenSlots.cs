using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>A queue for slots that is broken in one of its members.</summary>
internal sealed class BrokenSlots(int count) : WorkerSlots(count)
{
    /// <summary>Gets whether a slot is given away that somebody else has.</summary>
    public Func<bool> GivesTwice { get; init; } = static () => false;

    /// <summary>Gets whether a slot that comes back is lost, and with it the waking of whoever waits.</summary>
    public Func<bool> LosesRelease { get; init; } = static () => false;

    /// <summary>Gets whether it is forgotten that somebody waits.</summary>
    public Func<bool> ForgetsWait { get; init; } = static () => false;

    public override bool TryTake(ExecutionActor actor, StagePriority lane) => base.TryTake(actor, lane) || GivesTwice();

    public override void Wait(ExecutionActor actor, StagePriority lane)
    {
        if (!ForgetsWait()) base.Wait(actor, lane);
    }

    public override void Release()
    {
        if (!LosesRelease()) base.Release();
    }
}
