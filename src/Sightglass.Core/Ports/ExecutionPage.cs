namespace Sightglass.Core.Ports;

/// <summary>A page of a list.</summary>
/// <param name="Items">Newest first.</param>
/// <param name="Next">Cursor of the next page, <see langword="null"/> at the end.</param>
public sealed record ExecutionPage(IReadOnlyList<ExecutionListItem> Items, string? Next)
{
    /// <summary>Gets how many executions fit the query on all pages, where <see cref="ExecutionQuery.CountUpTo"/> asked for it:
    /// exact up to that number, and that number plus one where there are more.</summary>
    public int? Total { get; init; }
}

/// <summary>A stored summary and where its log stands.</summary>
/// <param name="Summary">The summary.</param>
/// <param name="LastSeq">Last sequence of the log.</param>
public sealed record ExecutionListItem(ExecutionSummary Summary, long LastSeq);
