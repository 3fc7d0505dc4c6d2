using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Scheduling;

/// <summary>What an engine is put together from, and what it leaves to the thread pool. A simulation derives from it: there
/// nothing goes on by itself, and everything that would goes on when its seed says so.</summary>
internal class EngineParts
{
    public static EngineParts Default { get; } = new();

    /// <summary>Gets how those go on who wait for an answer: never on the thread of who gives it.</summary>
    public virtual TaskCreationOptions Continuations => TaskCreationOptions.RunContinuationsAsynchronously;

    /// <summary>Says who runs the attempts.</summary>
    public virtual WorkerIdentity Worker() => new($"{Environment.MachineName}/{Environment.ProcessId}", Environment.MachineName, Environment.ProcessId);

    /// <summary>Makes the slots of the engine's worker.</summary>
    public virtual WorkerSlots Slots(int count) => new(count);

    /// <summary>Makes the owner of an execution.</summary>
    public virtual ExecutionActor Actor(ActorServices services, Guid id, long epoch, ExecutionDecider decider, string? baseFolder) =>
        new(services, id, epoch, decider, baseFolder);

    /// <summary>Queues work that may take long.</summary>
    public virtual void Queue<T>(Action<T> work, T state) => ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: false);

    /// <summary>Brings word from one execution to another; what is brought may come late and more than once.</summary>
    public virtual void Send(Func<Task> bring) => _ = Task.Run(bring);

    /// <summary>Gives an answer on to whoever waits for it, of whom there may be many.</summary>
    public virtual Task<T> Answer<T>(Task<T> answer) => answer;

    /// <summary>Waits for either of two tasks.</summary>
    public virtual Task<Task> EitherAsync(Task one, Task other) => Task.WhenAny(one, other);

    /// <summary>Waits for the clock.</summary>
    public virtual Task DelayAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken) => Task.Delay(time, clock, cancellationToken);

    /// <summary>Signals a token; its callbacks run on the pool.</summary>
    public virtual Task CancelAsync(CancellationTokenSource source) => source.CancelAsync();
}
