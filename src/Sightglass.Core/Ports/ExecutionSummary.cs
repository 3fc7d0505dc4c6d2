using Sightglass.Core.Executions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Ports;

/// <summary>The row that lists, badges and sweeps read: derived from the log, written in the commit of each decision.</summary>
/// <remarks>Moments come back in UTC and to the microsecond.</remarks>
public sealed record ExecutionSummary
{
    /// <summary>Gets the execution's id, a UUID of version 7.</summary>
    public required Guid Id { get; init; }

    /// <summary>Gets the id of the pipeline.</summary>
    public required string PipelineId { get; init; }

    /// <summary>Gets the name of the pipeline.</summary>
    public required string PipelineName { get; init; }

    /// <summary>Gets the organisation it belongs to.</summary>
    /// <value><c>default</c> where there are none.</value>
    public string Organization { get; init; } = "default";

    /// <summary>Gets the id that an outside system knows it by.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Gets the parent of a child execution.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Gets the status.</summary>
    public required ExecutionStatus Status { get; init; }

    /// <summary>Gets when it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets the turn that it is in, 1 unless it was re-opened; rows that earlier versions wrote last say 1.</summary>
    public int Turn { get; init; } = 1;

    /// <summary>Gets when the first stage of its newest turn started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Gets when it ended, of its newest turn.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets the earliest moment at which the clock has something to tell it.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>Gets the position in the plan, from 1, of the stage started last; 0 before.</summary>
    public int CurrentStage { get; init; }

    /// <summary>Gets the id of that stage; <see langword="null"/> before.</summary>
    public string? CurrentStageId { get; init; }

    /// <summary>Gets the name of that stage; <see langword="null"/> before.</summary>
    public string? CurrentStageName { get; init; }

    /// <summary>Gets what it waits for that a person has to do: <c>approval</c>, or <c>breakpoint</c> where it stands stopped;
    /// <see langword="null"/> where nobody is waited for.</summary>
    public string? WaitingFor { get; init; }

    /// <summary>Gets the key of the first stage that waits for it.</summary>
    public string? WaitingStageKey { get; init; }

    /// <summary>Gets the name of that stage.</summary>
    public string? WaitingStageName { get; init; }

    /// <summary>Gets the number of stages by bucket.</summary>
    public StageCounts Stages { get; init; }

    /// <summary>Gets the first 100 characters of the input.</summary>
    public string InputPreview { get; init; } = "";

    /// <summary>Gets what it cost so far, in US dollars.</summary>
    public decimal Cost { get; init; }

    /// <summary>Gets the tokens that models used so far; <see langword="null"/> where none has.</summary>
    public TokenUsage? Tokens { get; init; }

    /// <summary>Gets the error of a failed execution.</summary>
    public string? Error { get; init; }

    /// <summary>Gets the labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;

    /// <summary>Gets the beginning of the input. The append that creates the execution brings it, and what later ones say of it
    /// is ignored. Lists give it where <see cref="ExecutionQuery.WithTexts"/> asks for it.</summary>
    public TextExcerpt? Input { get; init; }

    /// <summary>Gets what an ended execution adds up to.</summary>
    public ExecutionTotals? Totals { get; init; }

    /// <summary>Gets the beginning of the output of one that completed. Lists give it where
    /// <see cref="ExecutionQuery.WithTexts"/> asks for it.</summary>
    public OutputExcerpt? Output { get; init; }

    /// <summary>Gives the row of a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="nextDue">What <see cref="NextDue"/> is to say, which the state alone does not know.</param>
    /// <param name="inputPreview">The preview, where it is known already.</param>
    /// <param name="input">The beginning of the input, where it is known and wanted; it is read from the state where the
    /// preview is not known either.</param>
    public static ExecutionSummary Of(ExecutionState state, DateTimeOffset? nextDue = null, string? inputPreview = null, TextExcerpt? input = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        var created = state.Created;
        if (inputPreview is null) input ??= TextExcerpt.Of(created.Input);
        var current = state.CurrentStage > 0 && state.CurrentStage <= state.Stages.Count ? state.Stages[state.CurrentStage - 1] : null;
        var hasEnded = state.Status.IsTerminal();
        var waiting = hasEnded ? null : state.Stop is { } stop ? state.Find(stop.Stage) : state.FirstAsking;
        return new ExecutionSummary
        {
            Id = state.Id,
            PipelineId = created.PipelineId,
            PipelineName = created.Name,
            Organization = created.Organization,
            ExternalId = created.ExternalId,
            ParentId = created.Parent?.ExecutionId,
            Status = state.Status,
            CreatedAt = state.CreatedAt,
            Turn = state.Turn,
            StartedAt = state.StartedAt,
            EndedAt = state.EndedAt,
            NextDue = nextDue,
            CurrentStage = state.CurrentStage,
            CurrentStageId = current?.Id,
            CurrentStageName = current?.Name,
            WaitingFor = waiting is null ? null : state.Stop is null ? "approval" : DebugStop.WaitingFor,
            WaitingStageKey = waiting?.Key,
            WaitingStageName = waiting?.Name,
            Stages = state.CountStages(),
            InputPreview = inputPreview ?? input!.Preview(ExecutionLimits.MaxInputPreviewChars),
            Cost = state.Cost,
            Tokens = state.Tokens,
            Error = state.Error?.Message,
            Labels = created.Labels ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty,
            Input = input,
            Totals = hasEnded ? state.Totals : null,
            Output = hasEnded && state.Output is { } output && !output.Equals(Payload.Null) ? new OutputExcerpt(TextExcerpt.Of(output), SourceOf(state, output)) : null,
        };
    }

    // The output of the only last stage is the execution's; of several it is made up anew.
    private static string SourceOf(ExecutionState state, Payload output)
    {
        for (var i = state.Stages.Count - 1; i >= 0; i--)
            if (state.Stages[i] is { Status: StageStatus.Completed, Output: { } own } stage && own.Equals(output)) return stage.Name;
        return "";
    }
}

/// <summary>Stages by bucket; the buckets sum to the total.</summary>
/// <param name="Total">All stages of the plan.</param>
/// <param name="Completed">Completed ones.</param>
/// <param name="Failed">Failed ones.</param>
/// <param name="Running">Running ones.</param>
/// <param name="Pending">Pending, waiting, queued and blocked ones.</param>
/// <param name="Skipped">Skipped and cancelled ones.</param>
public readonly record struct StageCounts(int Total, int Completed, int Failed, int Running, int Pending, int Skipped)
{
    /// <summary>Gives how many stages are done: also those that need not run any more, unless the execution failed or was
    /// cancelled; then what completed alone counts.</summary>
    /// <param name="status">The status of the execution.</param>
    public int DoneIn(ExecutionStatus status) => EndedIll(status) ? Completed : Completed + Failed + Skipped;

    /// <summary>Gives how much is done, from 0 to 1; 0 before the plan is known. An execution that failed or was cancelled is
    /// never all done.</summary>
    /// <param name="status">The status of the execution.</param>
    public double ShareDoneIn(ExecutionStatus status) => Total == 0 ? 0 : Math.Min(EndedIll(status) ? 0.99 : 1, (double)DoneIn(status) / Total);

    private static bool EndedIll(ExecutionStatus status) => status is ExecutionStatus.Failed or ExecutionStatus.Cancelled;
}
