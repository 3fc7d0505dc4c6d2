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
    private readonly PriorityQueue<(string Key, int Number), DateTimeOffset> due = new();

    /// <summary>In place of the number of a trigger's node: it is the stage itself for which something is due. After all
    /// nodes, since an answer to one of them may end the stage's wait.</summary>
    public const int Stage = int.MaxValue;

    /// <summary>Needs of each stage that have not ended, by position in the plan.</summary>
    public int[] OpenNeeds { get; }

    /// <summary>Needs of each stage that completed.</summary>
    public int[] MetNeeds { get; }

    /// <summary>Needs of each stage that failed or were cancelled.</summary>
    public int[] BadNeeds { get; }

    /// <summary>How far the trigger of each stage is, where it has one and was asked for.</summary>
    public TriggerTree?[] Trees { get; }

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
        Trees = new TriggerTree?[plan.Stages.Count];
        FanOuts = new FanOut?[plan.Stages.Count];
    }

    public void Queue(string key, StagePriority lane) => queued[(int)lane].Enqueue(key);

    /// <summary>Notes that something is due, of a stage or of a node of its trigger.</summary>
    public void Due(string key, DateTimeOffset at, int number = Stage) => due.Enqueue((key, number), at);

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

    /// <summary>Gives the next due moment.</summary>
    /// <param name="holds">Tells whether what was noted is still so.</param>
    public DateTimeOffset? NextDue(Func<string, int, DateTimeOffset, bool> holds)
    {
        while (due.TryPeek(out var entry, out var at))
        {
            if (holds(entry.Key, entry.Number, at)) return at;
            due.Dequeue();
        }

        return null;
    }

    /// <summary>Takes what is due: the numbers by stage.</summary>
    public Dictionary<string, SortedSet<int>> TakeDue(DateTimeOffset now)
    {
        var taken = new Dictionary<string, SortedSet<int>>(StringComparer.Ordinal);
        while (due.TryPeek(out var entry, out var at) && at <= now)
        {
            due.Dequeue();
            if (!taken.TryGetValue(entry.Key, out var numbers)) taken[entry.Key] = numbers = [];
            numbers.Add(entry.Number);
        }

        return taken;
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
