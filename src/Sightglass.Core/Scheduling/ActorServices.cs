using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Monitoring.Metrics;
using Sightglass.Core.Ports;
using Sightglass.Core.Webhooks;

namespace Sightglass.Core.Scheduling;

/// <summary>What actors need of the engine around them.</summary>
internal abstract class ActorServices
{
    public required IEventStore Store { get; init; }

    /// <summary>Gets the records that share the store's commits, if there are any.</summary>
    public required IRecordStore? Records { get; init; }

    public required EventFeed Feed { get; init; }

    public required WorkerSlots Slots { get; init; }

    public required ConcurrencyGroups Groups { get; init; }

    public required WorkerIdentity Worker { get; init; }

    public required TimeProvider Time { get; init; }

    public required EngineParts Parts { get; init; }

    /// <summary>Gets what tells those who deliver results, if there are any.</summary>
    public WebhookWatch? Webhooks { get; init; }

    public required PipelineMetrics Metrics { get; init; }

    /// <summary>Gets whether the engine is stopping: nothing new is handed out.</summary>
    public abstract bool Stopping { get; }

    /// <summary>Gets the token that says that nobody waits for the store any more.</summary>
    public abstract CancellationToken Abandoned { get; }

    /// <summary>Says what a worker that died had left running of an attempt; null for nothing.</summary>
    public abstract string? LeftBehind(Guid execution, string stage, int attempt);

    /// <summary>Draws from [0, 1).</summary>
    public abstract double Jitter();

    /// <summary>Has a thread of the pool call <see cref="ExecutionActor.Host"/>.</summary>
    public abstract void Run(ExecutionActor actor, RunningAttempt attempt);

    /// <summary>Runs an attempt on this thread until it first waits for something.</summary>
    public abstract void RunHere(ExecutionActor actor, RunningAttempt attempt);

    public abstract void StartChild(ExecutionActor parent, StartChild child);

    /// <summary>Cancels a child that may never have been created, and tells the parent where it was not.</summary>
    public abstract void StopChild(ExecutionActor parent, StartChild child);

    public abstract void CancelChild(CancelChild child);

    /// <summary>Wakes the actor when something is due; takes the place of what was said before.</summary>
    public abstract void Schedule(ExecutionActor actor, DateTimeOffset? due);

    public abstract void ExecutionEnded(ExecutionActor actor, ExecutionState state);

    /// <summary>An execution that had ended, and may have been forgotten since, goes on.</summary>
    public abstract void Reopened(ExecutionActor actor);

    /// <summary>Another owner has the execution.</summary>
    public abstract void Lost(ExecutionActor actor);

    /// <summary>Folds the committed log again, with a stored value at hand.</summary>
    public abstract Task<ExecutionDecider> ReloadAsync(ExecutionActor actor, string reference);

    public abstract void Parked(Guid id, Exception e);

    public abstract void StoreFailed(Guid id, Exception e);

    /// <summary>The store committed; cheap where it had not failed.</summary>
    public abstract void StoreCommitted();

    /// <summary>Tells whether new work is to wait for the store; <see cref="ExecutionActor.Release"/> ends the wait.</summary>
    public abstract bool Holds(ExecutionActor actor);
}
