using Sightglass.Core.Executions;

namespace Sightglass.Core.Ports;

/// <summary>Which executions to list.</summary>
public sealed record ExecutionQuery
{
    /// <summary>The most items of a page, of this and of the other lists of a store.</summary>
    public const int MaxLimit = 1000;

    /// <summary>The most executions that are passed over.</summary>
    public const int MaxOffset = 10_000;

    /// <summary>The most executions that are counted.</summary>
    public const int MaxCount = 1_000_000;

    /// <summary>The most pipelines to which a list is bound.</summary>
    public const int MaxPipelines = 100;

    /// <summary>The most different words and labels of a search.</summary>
    public const int MaxTerms = 64;

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

    /// <summary>Gets the pipelines of which alone executions are listed, at most <see cref="MaxPipelines"/>; <see langword="null"/> for all.</summary>
    public IReadOnlyCollection<string>? PipelineIds { get; init; }

    /// <summary>Gets the organisation; <see langword="null"/> for all.</summary>
    public string? Organization { get; init; }

    /// <summary>Gets the labels that executions must have been created with, all of them. Needs <see cref="Organization"/>.</summary>
    public IReadOnlyList<LabelFilter> Labels { get; init; } = [];

    /// <summary>Gets a text whose words must all stand in an execution's names, input, error or labels, as
    /// <see cref="SearchTokens"/> has them; one without a word finds nothing. Needs <see cref="Organization"/>.</summary>
    public string? Text { get; init; }

    /// <summary>Gets whether child executions are listed too.</summary>
    public bool IncludeChildren { get; init; }

    /// <summary>Gets how many to return, 1 to 1000.</summary>
    /// <value>100.</value>
    public int Limit { get; init; } = 100;

    /// <summary>Gets <see cref="ExecutionPage.Next"/> of the page before. Check what comes from outside with
    /// <see cref="ExecutionCursor.TryParse"/> first.</summary>
    public string? Cursor { get; init; }

    /// <summary>Gets how many of the newest to pass over, 0 to <see cref="MaxOffset"/>: pages deeper than that are reached by cursor.</summary>
    public int Offset { get; init; }

    /// <summary>Gets up to which number <see cref="ExecutionPage.Total"/> is to be exact, 0 to <see cref="MaxCount"/>; 0 for no total.</summary>
    public int CountUpTo { get; init; }

    /// <summary>Gets whether <see cref="ExecutionSummary.Input"/> and <see cref="ExecutionSummary.Output"/> are wanted.</summary>
    public bool WithTexts { get; init; }

    /// <summary>Gets whether words or labels are asked for.</summary>
    internal bool IsSearch => Text is not null || Labels.Count > 0;

    /// <summary>Refuses a query that no store answers. Every store calls it first.</summary>
    /// <returns>Where the page before ended, <see langword="null"/> for the first page.</returns>
    /// <exception cref="ArgumentException">The cursor is none or comes with an offset, a number is out of its range, or words or
    /// labels are asked for without an organisation, or too many of them or of pipelines.</exception>
    public ExecutionCursor? Validate()
    {
        if (Limit is < 1 or > ExecutionQuery.MaxLimit) throw new ArgumentException($"The limit is {Limit}; it may be 1 to {ExecutionQuery.MaxLimit}.");
        if (Offset is < 0 or > MaxOffset) throw new ArgumentException($"The offset is {Offset}; it may be 0 to {MaxOffset}.");
        if (CountUpTo is < 0 or > MaxCount) throw new ArgumentException($"CountUpTo is {CountUpTo}; it may be 0 to {MaxCount}.");
        if (IsSearch && Organization is null) throw new ArgumentException("A search needs its organisation.");
        if (IsSearch && SearchTokens.OfQuery(this).Count > MaxTerms) throw new ArgumentException($"A search may have {MaxTerms} different words and labels.");
        if (PipelineIds?.Count > MaxPipelines) throw new ArgumentException($"A list may be bound to {MaxPipelines} pipelines.");
        if (Cursor is null) return null;
        if (Offset > 0) throw new ArgumentException("A page begins at a cursor or at an offset, not at both.");
        return ExecutionCursor.TryParse(Cursor, out var cursor)
            ? cursor
            : throw new ArgumentException($"\"{Cursor}\" is no cursor of a list; leave it out to start with the newest.");
    }
}
