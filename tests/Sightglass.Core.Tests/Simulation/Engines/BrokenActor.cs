using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>An owner whose mailbox loses, doubles or changes what is sent to it.</summary>
internal sealed class BrokenActor(Func<ActorMessage, IReadOnlyList<ActorMessage>> mail, ActorServices services, Guid id, long epoch, ExecutionDecider decider, string? baseFolder)
    : ExecutionActor(services, id, epoch, decider, baseFolder)
{
    protected override void Post(ActorMessage message, Drainer drainer)
    {
        foreach (var arriving in mail(message)) base.Post(arriving, drainer);
    }
}
