using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>Lists executions by index seeks, and counts them up to a number.</summary>
internal sealed class ExecutionLister(Connection connection)
{
    private readonly ListStatements _statements = new(connection);

    public ExecutionPage List(ExecutionQuery query, ExecutionCursor? after, CancellationToken cancellationToken)
    {
        if (SearchTokens.FindsNothing(query) || query.PipelineIds?.Count == 0) return new ExecutionPage([], null) { Total = query.CountUpTo > 0 ? 0 : null };
        var tokens = query.Text is null && query.Labels.Count == 0 ? [] : SearchTokens.OfQuery(query);
        var sql = new ListSql(query, tokens, query.EndedSince is { } since && HaveManyEnded(since));
        return sql.UsesIndex ? new IndexSearch(_statements, query, sql, tokens, after).List(cancellationToken) : List(query, sql, tokens, after, cancellationToken);
    }

    private ExecutionPage List(ExecutionQuery query, ListSql sql, IReadOnlyCollection<string> tokens, ExecutionCursor? after, CancellationToken cancellationToken)
    {
        var page = new PageOfRows(query);
        var rows = ListStatements.Bind(_statements.Prepared(sql.Page(after is not null)), query, tokens, after, null);
        try
        {
            while (rows.Step())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!page.Add(rows)) break;
            }
        }
        finally
        {
            rows.Reset();
        }

        return page.End(after is null, () => ListStatements.Scalar(ListStatements.Bind(_statements.Prepared(sql.Total), query, tokens, null, null)));
    }

    private bool HaveManyEnded(DateTimeOffset since) =>
        ListStatements.Scalar(_statements.Prepared("SELECT count(*) FROM (SELECT 1 FROM executions INDEXED BY executions_by_end WHERE ended >= ?1 LIMIT ?2)")
            .Bind(1, SummaryRow.Microseconds(since)).Bind(2, SqliteLimits.MaxLately + 1)) > SqliteLimits.MaxLately;
}
