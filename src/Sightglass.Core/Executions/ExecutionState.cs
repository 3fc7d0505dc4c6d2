using Sightglass.Core.Ports;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions;

/// <summary>
/// An execution as its log tells it: the fold of its events. It depends on nothing else, so that any reader of the same
/// log comes to the same state. Not safe for concurrent use: one owner applies and reads.
/// </summary>
public sealed partial class ExecutionState
{
    private readonly Dictionary<string, StageState> byKey = new(StringComparer.Ordinal);
    private readonly List<StageState> planned = [];
    private readonly Dictionary<string, List<StageState>> instances = new(StringComparer.Ordinal);

    /// <summary>Gets the id.</summary>
    public Guid Id { get; private set; }

    /// <summary>Gets what created it.</summary>
    public ExecutionCreated Created { get; private set; } = new();

    /// <summary>Gets the status.</summary>
    public ExecutionStatus Status { get; private set; }

    /// <summary>Gets whether running attempts are being told to stop.</summary>
    public bool Cancelling { get; private set; }

    /// <summary>Gets when what still runs is given up, while cancelling.</summary>
    public DateTimeOffset? CancelDeadline { get; private set; }

    /// <summary>Gets the reason of a pause, cancellation or failure of the engine.</summary>
    public string? Reason { get; private set; }

    /// <summary>Gets the turn, 1 unless it was re-opened.</summary>
    public int Turn { get; private set; } = 1;

    /// <summary>Gets when it was created.</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Gets when its first stage was handed out in this turn.</summary>
    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>Gets when it ended.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    /// <summary>Gets <c>success</c>, <c>early_exit</c>, <c>failed</c> or <c>cancelled</c> of an ended execution.</summary>
    public string? Result { get; private set; }

    /// <summary>Gets the output of a completed execution.</summary>
    public Payload? Output { get; private set; }

    /// <summary>Gets the error of a failed one.</summary>
    public StageError? Error { get; private set; }

    /// <summary>Gets the stage whose failure is the execution's.</summary>
    public string? FailedStage { get; private set; }

    /// <summary>Gets what it adds up to, once ended.</summary>
    public ExecutionTotals? Totals { get; private set; }

    /// <summary>Gets whether it waits for a slot of its concurrency group: until it has one, nothing of it is considered.</summary>
    public bool AwaitsGroup => Created.Group is not null && StartedAt is null && !Cancelling && !Status.IsTerminal();

    /// <summary>Gets the sequence the state stands at.</summary>
    public long LastSeq { get; private set; }

    /// <summary>Gets the time of that event.</summary>
    public DateTimeOffset LastTime { get; private set; }

    /// <summary>Gets the position in the plan of the stage started last.</summary>
    public int CurrentStage { get; private set; }

    /// <summary>Gets the first stage, or instance of one, in the order of the plan that waits for the answer of a person;
    /// <see langword="null"/> where none does.</summary>
    public StageState? FirstAsking => asking?.Min;

    /// <summary>Gets the cost of all attempts.</summary>
    public decimal Cost { get; private set; }

    /// <summary>Gets the tokens of all attempts; <see langword="null"/> where none used any.</summary>
    public TokenUsage? Tokens { get; private set; }

    /// <summary>Gets the stages of the plan, in its order.</summary>
    public IReadOnlyList<StageState> Stages => planned;

    /// <summary>Finds a stage or an instance.</summary>
    public StageState? Find(string key) => byKey.GetValueOrDefault(key);

    /// <summary>Gets the instances of an expanded <c>forEach</c> stage, in the order of its items.</summary>
    public IReadOnlyList<StageState> InstancesOf(string id) => Find(id)?.Count is null ? [] : KnownInstancesOf(id);

    /// <summary>Gets the instances of the newest expansion, also where the stage has started over and not expanded again.</summary>
    internal IReadOnlyList<StageState> KnownInstancesOf(string id) => instances.TryGetValue(id, out var list) ? list : [];

    /// <summary>Counts the stages of the plan by bucket.</summary>
    public StageCounts CountStages() => counts;
}
