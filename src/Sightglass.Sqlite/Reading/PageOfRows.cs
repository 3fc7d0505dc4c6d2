using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>A page of a list, while its rows come in.</summary>
internal sealed class PageOfRows(ExecutionQuery query)
{
    private readonly List<ExecutionListItem> _items = [];
    private ExecutionCursor _last;
    private bool _hasMore;

    /// <summary>Takes a row with the columns of a page.</summary>
    /// <returns>Whether there is room for another; the one behind the page only tells that there are more.</returns>
    public bool Add(Statement row)
    {
        if (_items.Count == query.Limit)
        {
            _hasMore = true;
            return false;
        }

        var summary = SummaryRow.Read(row);
        if (query.WithTexts) summary = SummaryRow.WithTexts(summary, row, SummaryRow.ColumnCount + 2);
        _items.Add(new ExecutionListItem(summary, row.Int64(SummaryRow.ColumnCount)));
        _last = new ExecutionCursor(row.Int64(2), row.Int64(SummaryRow.ColumnCount + 1));
        return true;
    }

    /// <summary>Gives the page.</summary>
    /// <param name="isNumbered">Whether it began at a number: a last one then says itself how many there are.</param>
    /// <param name="count">Counts all, as far as it is asked for.</param>
    public ExecutionPage End(bool isNumbered, Func<long> count)
    {
        var isLast = !_hasMore && isNumbered && (_items.Count > 0 || query.Offset == 0);
        int? total = query.CountUpTo == 0 ? null : (int)Math.Min(isLast ? query.Offset + _items.Count : count(), query.CountUpTo + 1);
        return new ExecutionPage(_items, _hasMore ? _last.ToString() : null) { Total = total };
    }
}
