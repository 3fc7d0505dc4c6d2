using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>Lists executions by index seeks, and counts them up to a number.</summary>
internal sealed class ExecutionLister(Connection connection)
{
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    public ExecutionPage List(ExecutionQuery query, ExecutionCursor? after, CancellationToken cancellationToken)
    {
        if (SearchTokens.FindsNothing(query) || query.PipelineIds?.Count == 0) return new ExecutionPage([], null) { Total = query.CountUpTo > 0 ? 0 : null };
        var tokens = query.Text is null && query.Labels.Count == 0 ? [] : SearchTokens.OfQuery(query);
        var sql = new ListSql(query, tokens, query.EndedSince is { } since && HaveManyEnded(since));

        // The row at the cursor has a place of its own, unless it is gone.
        var below = after is { } cursor ? PlaceOf(cursor.Key) : null;
        var items = new List<ExecutionListItem>();
        ExecutionCursor last = default;
        var more = false;
        var rows = Bind(Prepared(sql.Page(after is not null)), query, sql, tokens, after, below);
        try
        {
            while (rows.Step())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (items.Count == query.Limit)
                {
                    more = true;
                    break;
                }

                var summary = SummaryRow.Read(rows);
                if (query.WithTexts) summary = SummaryRow.WithTexts(summary, rows, SummaryRow.ColumnCount + 2);
                items.Add(new ExecutionListItem(summary, rows.Int64(SummaryRow.ColumnCount)));
                last = new ExecutionCursor(rows.Int64(2), rows.Int64(SummaryRow.ColumnCount + 1));
            }
        }
        finally
        {
            rows.Reset();
        }

        // A last page that begins at a number says itself how many there are.
        var isLast = !more && after is null && (items.Count > 0 || query.Offset == 0);
        int? total = query.CountUpTo == 0 ? null : isLast ? Math.Min(query.Offset + items.Count, query.CountUpTo + 1) : Count(query, sql, tokens);
        return new ExecutionPage(items, more ? last.ToString() : null) { Total = total };
    }

    private int Count(ExecutionQuery query, ListSql sql, IReadOnlyCollection<string> tokens)
    {
        var row = Bind(Prepared(sql.Total()), query, sql, tokens, null, null);
        row.Step();
        var total = (int)Math.Min(row.Int64(0), query.CountUpTo + 1);
        row.Reset();
        return total;
    }

    private static Statement Bind(Statement statement, ExecutionQuery query, ListSql sql, IReadOnlyCollection<string> tokens, ExecutionCursor? after, long? below)
    {
        // One row more than asked for tells whether there is a next page.
        var rows = query.Offset + query.Limit + 1L;
        statement.Clear();
        statement.BindIfAny(9, rows).BindIfAny(11, query.Limit + 1).BindIfAny(12, query.Offset).BindIfAny(17, rows).BindIfAny(16, query.CountUpTo + 1);
        if (query.Id is not null) statement.Bind(1, query.Id);
        if (query.ExternalId is not null) statement.Bind(2, query.ExternalId);
        if (query.EndedSince is { } since) statement.Bind(3, SummaryRow.Microseconds(since));
        if (query.DueBefore is { } due) statement.Bind(4, SummaryRow.Microseconds(due));
        if (query.PipelineId is not null) statement.Bind(5, query.PipelineId);
        if (query.Organization is not null) statement.Bind(6, query.Organization);
        if (query.CreatedFrom is { } from) statement.BindIfAny(10, SummaryRow.Microseconds(from)).BindIfAny(15, SearchPlace.FirstOf(SummaryRow.Microseconds(from)));
        if (sql.Match is { } match) statement.Bind(13, match);
        if (query.CreatedBefore is { } before)
        {
            var end = SummaryRow.Microseconds(before);
            if (after is null || after.Value.Created >= end) (after, below) = (new ExecutionCursor(end - 1, long.MaxValue), SearchPlace.FirstOf(end));
        }

        if (after is { } cursor)
        {
            statement.BindIfAny(7, cursor.Created).BindIfAny(8, cursor.Key).BindIfAny(14, below ?? SearchPlace.FirstOf(cursor.Created) + SearchPlace.PerMicrosecond);
            if (below is null) statement.BindIfAny(17, rows + SearchPlace.PerMicrosecond);
        }

        var number = ListSql.FirstToken;
        foreach (var token in tokens) statement.Bind(number++, $" {token} ");
        foreach (var pipeline in query.PipelineIds ?? []) statement.Bind(number++, pipeline);
        return statement;
    }

    private long? PlaceOf(long key)
    {
        var row = Prepared("SELECT place FROM searched WHERE execution = ?1").Bind(1, key);
        if (!row.Step()) return null;
        var place = row.Int64(0);
        row.Reset();
        return place;
    }

    private bool HaveManyEnded(DateTimeOffset since)
    {
        var row = Prepared("SELECT count(*) FROM (SELECT 1 FROM executions INDEXED BY executions_by_end WHERE ended >= ?1 LIMIT ?2)")
            .Bind(1, SummaryRow.Microseconds(since)).Bind(2, SqliteLimits.MaxLately + 1);
        row.Step();
        var count = row.Int64(0);
        row.Reset();
        return count > SqliteLimits.MaxLately;
    }

    private Statement Prepared(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement)) return statement;
        if (_statements.Count >= SqliteLimits.MaxListStatements)
        {
            foreach (var old in _statements.Values) connection.Forget(old);
            _statements.Clear();
        }

        return _statements[sql] = connection.Prepare(sql);
    }
}
