using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Tests.Simulation.Engines;

/// <summary>What one engine leaves to the pool, left to the picker.</summary>
internal sealed class SimulatedParts(Life life) : EngineParts
{
    private readonly EngineWorld _world = life.World;

    public override TaskCreationOptions Continuations => TaskCreationOptions.None;

    public override WorkerIdentity Worker() => new($"worker/{life.Number}", "worker", life.Number);

    public override WorkerSlots Slots(int count) => _world.Mutant.Slots?.Invoke(_world, count) ?? base.Slots(count);

    public override ExecutionActor Actor(ActorServices services, Guid id, long epoch, ExecutionDecider decider, string? baseFolder) =>
        _world.Mutant.Mail is { } mail ? new BrokenActor(message => mail(_world, message), services, id, epoch, decider, baseFolder) : base.Actor(services, id, epoch, decider, baseFolder);

    public override void Queue<T>(Action<T> work, T state) => _world.Picker.Post(life, () => work(state));

    public override void Send(Func<Task> bring)
    {
        if (_world.Mutant.LosesWord(_world)) return;
        _world.Picker.Post(life, () => _ = bring());
        if (_world.Faults.Chance(0.05)) _world.Picker.Post(life, () => _ = bring());
    }

    public override async Task<T> Answer<T>(Task<T> answer)
    {
        // Nothing is hung on the answer itself: of many who wait for one task, the library runs all but one on the pool.
        if (!answer.IsCompleted || _world.Random.Next(2) == 0) await _world.Picker.UntilAsync(life, () => answer.IsCompleted);
        return await answer;
    }

    public override async Task<Task> EitherAsync(Task one, Task other)
    {
        await _world.Picker.UntilAsync(life, () => one.IsCompleted || other.IsCompleted);
        return one.IsCompleted ? one : other;
    }

    public override async Task DelayAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        life.TriesAgain++;
        try
        {
            await _world.Picker.DelayAsync(life, time, cancellationToken);
        }
        finally
        {
            life.TriesAgain--;
        }
    }

    public override async Task CancelAsync(CancellationTokenSource source)
    {
        await _world.Picker.StepAsync(life);
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The attempt ended meanwhile; the real one has its callbacks on the way by then.
        }
    }
}
