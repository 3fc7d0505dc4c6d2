using System.Text.Json;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions;

/// <summary>A stage, or one instance of a <c>forEach</c> stage, as the log tells it.</summary>
public sealed class StageState
{
    private SortedDictionary<int, TriggerFact>? facts;

    internal StageState(string key, string id, string name, string type, int position)
    {
        Key = key;
        Id = id;
        Name = name;
        Type = type;
        Position = position;
    }

    /// <summary>Gets the key: the id, or <c>id[3]</c> for an instance.</summary>
    public string Key { get; }

    /// <summary>Gets the id in the definition.</summary>
    public string Id { get; }

    /// <summary>Gets the name.</summary>
    public string Name { get; }

    /// <summary>Gets the type.</summary>
    public string Type { get; }

    /// <summary>Gets the position in the plan, from 1.</summary>
    public int Position { get; }

    /// <summary>Gets the number of a <c>forEach</c> instance, from 0; -1 for a stage of the plan.</summary>
    public int Index { get; internal init; } = -1;

    /// <summary>Gets the status.</summary>
    public StageStatus Status { get; internal set; }

    /// <summary>Gets the newest attempt, 0 before the first.</summary>
    public int Attempt { get; internal set; }

    /// <summary>Gets the iteration of a repeated stage; 0 for others.</summary>
    public int Iteration { get; internal set; }

    /// <summary>Gets whether an attempt has started and not ended, the wait of a <c>wait</c> stage included.</summary>
    public bool InAttempt { get; internal set; }

    /// <summary>Gets whether the next attempt begins a new iteration.</summary>
    internal bool RepeatPending { get; set; }

    /// <summary>Gets the attempts that count against <c>maxAttempts</c> in this iteration and turn.</summary>
    public int Tries { get; internal set; }

    /// <summary>Gets how many attempts in a row ended because their worker died.</summary>
    public int Crashes { get; internal set; }

    /// <summary>Gets how many attempts were lost in this turn, by a death or a stop of their worker.</summary>
    public int Losses { get; internal set; }

    /// <summary>Gets the sequence of the event that queued it last; the order of hand-out within a lane.</summary>
    internal long QueuedSeq { get; set; }

    /// <summary>Gets when it became ready.</summary>
    public DateTimeOffset? QueuedAt { get; internal set; }

    /// <summary>Gets when the newest attempt started.</summary>
    public DateTimeOffset? StartedAt { get; internal set; }

    /// <summary>Gets when it ended.</summary>
    public DateTimeOffset? EndedAt { get; internal set; }

    /// <summary>Gets the duration of the newest ended attempt, in milliseconds.</summary>
    public double? Duration { get; internal set; }

    /// <summary>Gets whether that attempt was lost: nobody knows how it ended, and its duration is the most that it can have been.</summary>
    public bool Lost { get; internal set; }

    /// <summary>Gets the cost of all attempts.</summary>
    public decimal? Cost { get; internal set; }

    /// <summary>Gets the tokens of the newest ended attempt.</summary>
    public TokenUsage? Tokens { get; internal set; }

    /// <summary>Gets what the newest ended attempt used.</summary>
    public ResourceUsage? Resources { get; internal set; }

    /// <summary>Gets the worker of the newest attempt.</summary>
    public WorkerIdentity? Worker { get; internal set; }

    /// <summary>Gets the resolved input of the newest attempt.</summary>
    public Payload? Input { get; internal set; }

    /// <summary>Gets the output.</summary>
    public Payload? Output { get; internal set; }

    /// <summary>Gets the error of the newest failed attempt.</summary>
    public StageError? Error { get; internal set; }

    /// <summary>Gets why it was skipped or cancelled.</summary>
    public string? Reason { get; internal set; }

    /// <summary>Gets what it waits for: <c>event</c>, <c>approval</c>, <c>timer</c>, <c>retry</c> ….</summary>
    public string? WaitingFor { get; internal set; }

    /// <summary>Gets when a wait, a retry or a stage without a worker is due.</summary>
    public DateTimeOffset? Due { get; internal set; }

    /// <summary>Gets the personality of an agent.</summary>
    public JsonElement? Personality { get; internal set; }

    /// <summary>Gets the child execution of a <c>pipeline</c> stage.</summary>
    public Guid? Child { get; internal set; }

    /// <summary>Gets the number of instances of an expanded <c>forEach</c> stage; <see langword="null"/> before.</summary>
    public int? Count { get; internal set; }

    /// <summary>Gets the items of an expanded <c>forEach</c> stage.</summary>
    public Payload? Items { get; internal set; }

    /// <summary>Gets how far the rollback is: <c>running</c>, <c>completed</c>, <c>failed</c>.</summary>
    public string? Undo { get; internal set; }

    /// <summary>Gets the sequence of the event that ended it; the order of a rollback.</summary>
    public long EndedSeq { get; internal set; }

    /// <summary>Gets what is known of the nodes of its trigger, and of a <c>wait</c> stage's own event or approval, by number.</summary>
    internal SortedDictionary<int, TriggerFact> Facts => facts ??= [];

    /// <summary>Gets whether anything is: most stages have no trigger, and a large execution has many of them.</summary>
    internal bool HasFacts => facts is { Count: > 0 };

    /// <summary>Gets how many approvals are open.</summary>
    internal int OpenApprovalCount { get; set; }

    /// <summary>Gets the approvals asked for and not answered, by number.</summary>
    internal IEnumerable<(int Leaf, TriggerFact Fact)> OpenApprovals()
    {
        if (OpenApprovalCount == 0) yield break;
        foreach (var (leaf, fact) in Facts)
        {
            if (fact.IsOpen) yield return (leaf, fact);
        }
    }
}
