using Sightglass.Core.Executions;

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

    /// <summary>Gets when it ended, of its newest turn.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Gets the earliest moment at which the clock has something to tell it.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>Gets the position in the plan, from 1, of the stage started last; 0 before.</summary>
    public int CurrentStage { get; init; }

    /// <summary>Gets the number of stages by bucket.</summary>
    public StageCounts Stages { get; init; }

    /// <summary>Gets the first 100 characters of the input.</summary>
    public string InputPreview { get; init; } = "";

    /// <summary>Gets what it cost so far, in US dollars.</summary>
    public decimal Cost { get; init; }

    /// <summary>Gets the error of a failed execution.</summary>
    public string? Error { get; init; }

    /// <summary>Gets the labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty;

    /// <summary>Gives the row of a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="nextDue">What <see cref="NextDue"/> is to say, which the state alone does not know.</param>
    /// <param name="inputPreview">The preview, where it is known already.</param>
    public static ExecutionSummary Of(ExecutionState state, DateTimeOffset? nextDue = null, string? inputPreview = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        var created = state.Created;
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
            EndedAt = state.EndedAt,
            NextDue = nextDue,
            CurrentStage = state.CurrentStage,
            Stages = state.CountStages(),
            InputPreview = inputPreview ?? Executions.InputPreview.Of(created.Input),
            Cost = state.Cost,
            Error = state.Error?.Message,
            Labels = created.Labels ?? System.Collections.Immutable.ImmutableDictionary<string, string>.Empty,
        };
    }
}

/// <summary>Stages by bucket; the buckets sum to the total.</summary>
/// <param name="Total">All stages of the plan.</param>
/// <param name="Completed">Completed ones.</param>
/// <param name="Failed">Failed ones.</param>
/// <param name="Running">Running ones.</param>
/// <param name="Pending">Pending, waiting, queued and blocked ones.</param>
/// <param name="Skipped">Skipped and cancelled ones.</param>
public readonly record struct StageCounts(int Total, int Completed, int Failed, int Running, int Pending, int Skipped);

/// <summary>A stored summary and where its log stands.</summary>
/// <param name="Summary">The summary.</param>
/// <param name="LastSeq">Last sequence of the log.</param>
public sealed record ExecutionListItem(ExecutionSummary Summary, long LastSeq);

/// <summary>A page of a list.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">Cursor of the next page, <see langword="null"/> at the end.</param>
public sealed record ExecutionPage(IReadOnlyList<ExecutionListItem> Items, string? Next);

/// <summary>Which executions to list.</summary>
public sealed record ExecutionQuery
{
    /// <summary>The most items of a page, of this and of the other lists of a store.</summary>
    public const int MaxLimit = 1000;

    /// <summary>Gets one execution's id: the list then holds it alone, or nothing. A child is found too.</summary>
    public Guid? Id { get; init; }

    /// <summary>Gets an outside id to look up. A child is found too.</summary>
    public string? ExternalId { get; init; }

    /// <summary>Gets the statuses wanted; empty for all.</summary>
    public IReadOnlyList<ExecutionStatus> Statuses { get; init; } = [];

    /// <summary>Gets the moment since which an ended execution still counts (by <see cref="ExecutionSummary.EndedAt"/>,
    /// that moment included); those whose status is not terminal always do.</summary>
    public DateTimeOffset? EndedSince { get; init; }

    /// <summary>Gets the moment since which executions were created (<see cref="ExecutionSummary.CreatedAt"/>), that moment
    /// included.</summary>
    public DateTimeOffset? CreatedFrom { get; init; }

    /// <summary>Gets the moment before which they were created, that moment not included.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Gets a moment: only executions whose <see cref="ExecutionSummary.NextDue"/> is not later are listed.</summary>
    public DateTimeOffset? DueBefore { get; init; }

    /// <summary>Gets the pipeline wanted.</summary>
    public string? PipelineId { get; init; }

    /// <summary>Gets the organisation; <see langword="null"/> for all.</summary>
    public string? Organization { get; init; }

    /// <summary>Gets whether child executions are listed too.</summary>
    public bool IncludeChildren { get; init; }

    /// <summary>Gets how many to return, 1 to 1000.</summary>
    /// <value>100.</value>
    public int Limit { get; init; } = 100;

    /// <summary>Gets <see cref="ExecutionPage.Next"/> of the page before. Check what comes from outside with
    /// <see cref="ExecutionCursor.TryParse"/> first.</summary>
    public string? Cursor { get; init; }

    /// <summary>Refuses a query that no store answers. Every store calls it first.</summary>
    /// <returns>Where the page before ended, <see langword="null"/> for the first page.</returns>
    /// <exception cref="ArgumentException">The cursor is none, or the limit is not 1 to 1000.</exception>
    public ExecutionCursor? Validate()
    {
        if (Limit is < 1 or > ExecutionQuery.MaxLimit) throw new ArgumentException($"The limit is {Limit}; it may be 1 to {ExecutionQuery.MaxLimit}.");
        if (Cursor is null) return null;
        return ExecutionCursor.TryParse(Cursor, out var cursor)
            ? cursor
            : throw new ArgumentException($"\"{Cursor}\" is no cursor of a list; leave it out to start with the newest.");
    }
}
