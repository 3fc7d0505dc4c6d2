using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages.Branch;
using Sightglass.Core.Stages.Data;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>One engine from its start to its death. When it dies nothing of it goes on: no continuation, no timer, no
/// stage; an append that is under way may still have reached the disk.</summary>
internal sealed class Life
{
    public const int MaxSlots = 4;

    private readonly List<Action> _inFlight = [];

    public Life(EngineWorld world, int number)
    {
        (World, Number) = (world, number);
        Slots = 1 + world.Random.Next(MaxSlots);
        Engine = new PipelineEngine(new PipelineEngineOptions
        {
            Store = new SimulatedStore(world, this),
            StageTypes = [new ScriptedStage(this), new GuardedStage(this, new BranchStage()), new GuardedStage(this, new DataStage())],
            Slots = Slots,
            FindPipeline = id => world.Pipelines.Find(id) is { } pipeline ? world.Told(pipeline) : null,
            Time = new SimulatedTime(world.Picker, this),
            Random = new Random(world.Random.Next()),
            Logger = new EngineEar(world),
            Parts = new SimulatedParts(this),
        });
    }

    public EngineWorld World { get; }

    public PipelineEngine Engine { get; }

    public int Slots { get; }

    public int Number { get; }

    public bool IsAlive { get; private set; } = true;

    /// <summary>Gets or sets whether everything that had not ended was taken up.</summary>
    public bool HasRecovered { get; set; }

    /// <summary>Gets or sets whether it was asked to stop, and starts nothing any more.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Gets or sets how many wait for a while before they try again what the store could not do. As long as anybody
    /// does, what stands still is not forgotten.</summary>
    public int TriesAgain { get; set; }

    /// <summary>Gets the attempts that its worker has in hand.</summary>
    public HashSet<Attempt> Running { get; } = [];

    public void Enter(Attempt attempt)
    {
        Running.Add(attempt);
        if (Running.Count > Slots) World.Break($"{Running.Count} attempts run, and there are {Slots} slots");
    }

    /// <summary>Names what the disk may do although its engine is dead by then.</summary>
    public Action InFlight(Action apply)
    {
        _inFlight.Add(apply);
        return () => _inFlight.Remove(apply);
    }

    public void Die()
    {
        IsAlive = false;
        foreach (var apply in _inFlight)
        {
            if (World.Random.Next(2) == 0) apply();
        }
    }
}
