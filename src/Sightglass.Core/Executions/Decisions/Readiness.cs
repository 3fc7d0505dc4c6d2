using Sightglass.Core.Definitions;
using Sightglass.Core.Executions.Plans;

namespace Sightglass.Core.Executions.Decisions;

/// <summary>
/// What the decider would otherwise search for at every step: which stages are queued by lane, what is due next, how many
/// attempts run. Derived from the state and made anew from it after a recovery; entries are checked when they are taken,
/// so one that no longer holds does no harm.
/// </summary>
internal sealed class Readiness
{
    public const int Lanes = 4;

    private readonly Queue<string>[] queued = [new(), new(), new(), new()];
    private readonly PriorityQueue<string, DateTimeOffset> due = new();

    /// <summary>Needs of each stage that have not ended, by position in the plan.</summary>
    public int[] OpenNeeds { get; }

    /// <summary>Needs of each stage that completed.</summary>
    public int[] MetNeeds { get; }

    /// <summary>Needs of each stage that failed or were cancelled.</summary>
    public int[] BadNeeds { get; }

    /// <summary>Instances of each <c>forEach</c> stage.</summary>
    public FanOut?[] FanOuts { get; }

    /// <summary>Attempts, waits and children that have started and not ended, undo runs included.</summary>
    public int Open { get; set; }

    /// <summary>Planned stages that have not ended.</summary>
    public int Unended { get; set; }

    /// <summary>Slotless stages that are ready: they start at the end of the decision, or when a pause ends.</summary>
    public HashSet<string> Held { get; } = new(StringComparer.Ordinal);

    /// <summary>Stages still to be undone, the next one last.</summary>
    public List<string> ToUndo { get; } = [];

    /// <summary>Whether a rollback is under way.</summary>
    public bool RollingBack { get; set; }

    public Readiness(PipelinePlan plan)
    {
        OpenNeeds = new int[plan.Stages.Count];
        MetNeeds = new int[plan.Stages.Count];
        BadNeeds = new int[plan.Stages.Count];
        FanOuts = new FanOut?[plan.Stages.Count];
    }

    public void Queue(string key, StagePriority lane) => queued[(int)lane].Enqueue(key);

    public void Due(string key, DateTimeOffset at) => due.Enqueue(key, at);

    /// <summary>Finds the highest lane with a stage that is still queued.</summary>
    public StagePriority? TopLane(ExecutionState state)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            while (queued[lane].TryPeek(out var key))
            {
                if (state.Find(key)?.Status == StageStatus.Queued) return (StagePriority)lane;
                queued[lane].Dequeue();
            }
        }

        return null;
    }

    public string? Take(ExecutionState state) => TopLane(state) is { } lane ? queued[(int)lane].Dequeue() : null;

    /// <summary>Gets the next due moment; it may be earlier than what is really due, never later.</summary>
    public DateTimeOffset? NextDue => due.TryPeek(out _, out var at) ? at : null;

    /// <summary>Takes what is due, each key once.</summary>
    public HashSet<string> TakeDue(DateTimeOffset now)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (due.TryPeek(out var key, out var at) && at <= now)
        {
            due.Dequeue();
            keys.Add(key);
        }

        return keys;
    }
}

/// <summary>How far a <c>forEach</c> stage is.</summary>
internal sealed class FanOut
{
    /// <summary>Next instance to queue.</summary>
    public int Next { get; set; }

    /// <summary>Instances queued, running or waiting for a retry.</summary>
    public int Active { get; set; }

    /// <summary>Instances that have not ended.</summary>
    public int Unended { get; set; }

    public int Failed { get; set; }
}
