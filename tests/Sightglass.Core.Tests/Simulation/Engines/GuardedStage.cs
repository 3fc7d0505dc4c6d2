using Sightglass.Core.Stages;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>A stage type of the product, watched when it is run.</summary>
internal sealed class GuardedStage(Life life, IStageType inner) : IStageType
{
    public string Name => inner.Name;

    public async Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken)
    {
        var attempt = life.World.Began(life, run);
        if (life.World.Random.Next(2) == 0) await life.World.Picker.StepAsync(life);
        var result = await inner.RunAsync(run, cancellationToken);
        attempt.HasReturned = true;
        life.Running.Remove(attempt);
        return result;
    }
}
