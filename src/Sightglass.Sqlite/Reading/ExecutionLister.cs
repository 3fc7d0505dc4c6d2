using System.Globalization;
using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>Lists executions by index seeks.</summary>
/// <remarks>
/// A list asks for some statuses, newest first. One index walk cannot give several statuses in order of creation, so each
/// status is a branch of its own that seeks and stops at the page's size; the few rows found are merged. A page thus
/// costs the same with a thousand and with a million executions.
/// </remarks>
internal sealed class ExecutionLister(Connection connection)
{
    private static readonly ExecutionStatus[] AllStatuses = Enum.GetValues<ExecutionStatus>();

    private static readonly string OpenStatuses = string.Join(',', AllStatuses.Where(status => !status.IsTerminal()).Select(status => (int)status));

    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    public ExecutionPage List(ExecutionQuery query, ExecutionCursor? after, CancellationToken cancellationToken)
    {
        var items = new List<ExecutionListItem>();
        ExecutionCursor last = default;
        var more = false;
        var rows = Bind(Prepared(Sql(query, after is not null)), query, after);
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

                items.Add(new ExecutionListItem(SummaryRow.Read(rows), rows.Int64(SummaryRow.ColumnCount)));
                last = new ExecutionCursor(rows.Int64(2), rows.Int64(SummaryRow.ColumnCount + 1));
            }
        }
        finally
        {
            rows.Reset();
        }

        return new ExecutionPage(items, more ? last.ToString() : null);
    }

    /// <summary>Gives the statement of a query; parameters are numbered as in <see cref="Bind"/>.</summary>
    internal static string Sql(ExecutionQuery query, bool paged)
    {
        // A page begins below a cursor, and so does a range: one bound, so that it is the one that the index is sought with.
        paged |= query.CreatedBefore is not null;
        var branches = new List<string>();
        var wanted = query.Statuses.Count == 0 ? AllStatuses : [.. query.Statuses.Distinct().Order()];
        var lookUp = query.Id is not null || query.ExternalId is not null;
        if (query.Id is not null) branches.Add(Any("", "id = ?1", wanted));
        else if (query.ExternalId is not null) branches.Add(Any("INDEXED BY executions_by_external_id", "external_id = ?2", wanted));
        else if (query.DueBefore is not null) branches.Add(Any("INDEXED BY executions_by_due", "next_due <= ?4", wanted));
        else
        {
            var seeking = query.EndedSince is null ? wanted : [.. wanted.Where(status => !status.IsTerminal())];
            foreach (var status in seeking)
                foreach (var child in query.IncludeChildren ? "01" : "0") branches.Add(Seek(query, status, child));
            ExecutionStatus[] ended = [.. wanted.Except(seeking)];
            if (ended.Length > 0) branches.Add(Any("INDEXED BY executions_by_end", "ended >= ?3", ended));
        }

        return $"""
            SELECT {SummaryRow.Columns}, h.last_seq, e.key
            FROM ({string.Join(" UNION ALL ", branches)}) found
            JOIN executions e ON e.key = found.key JOIN heads h ON h.execution = e.key
            ORDER BY found.created DESC, found.key DESC LIMIT ?9
            """;

        // Rows found by another index, filtered by the rest and sorted: due, ended lately or looked up, they are few.
        string Any(string index, string condition, IReadOnlyCollection<ExecutionStatus> statuses)
        {
            var sql = new StringBuilder($"SELECT * FROM (SELECT key, created FROM executions {index} WHERE {condition}");
            if (statuses.Count < AllStatuses.Length)
                sql.Append(CultureInfo.InvariantCulture, $" AND status IN ({string.Join(',', statuses.Select(status => (int)status))})");
            if (!query.IncludeChildren && !lookUp) sql.Append(" AND child = 0");
            return Finish(sql);
        }

        string Seek(ExecutionQuery scope, ExecutionStatus status, char child)
        {
            var index = scope.PipelineId is not null ? "pipeline" : scope.Organization is not null ? "organization" : "status";
            var sql = new StringBuilder($"SELECT * FROM (SELECT key, created FROM executions INDEXED BY executions_by_{index} WHERE ");
            sql.Append(CultureInfo.InvariantCulture, $"status = {(int)status} AND child = {child}");
            return Finish(sql);
        }

        string Finish(StringBuilder sql)
        {
            if (query.Id is not null && query.ExternalId is not null) sql.Append(" AND external_id = ?2");
            if ((lookUp || query.DueBefore is not null) && query.EndedSince is not null)
                sql.Append(CultureInfo.InvariantCulture, $" AND (status IN ({OpenStatuses}) OR ended >= ?3)");
            if (lookUp && query.DueBefore is not null) sql.Append(" AND next_due <= ?4");
            if (query.PipelineId is not null) sql.Append(" AND pipeline = ?5");
            if (query.Organization is not null) sql.Append(" AND organization = ?6");
            if (query.CreatedFrom is not null) sql.Append(" AND created >= ?10");
            if (paged) sql.Append(" AND created <= ?7 AND (created < ?7 OR key < ?8)");
            return sql.Append(" ORDER BY created DESC, key DESC LIMIT ?9)").ToString();
        }
    }

    // One row more than asked for tells whether there is a next page.
    private static Statement Bind(Statement statement, ExecutionQuery query, ExecutionCursor? after)
    {
        statement.Clear();
        statement.Bind(9, query.Limit + 1);
        if (query.Id is not null) statement.Bind(1, query.Id);
        if (query.ExternalId is not null) statement.Bind(2, query.ExternalId);
        if (query.EndedSince is { } since) statement.Bind(3, SummaryRow.Microseconds(since));
        if (query.DueBefore is { } due) statement.Bind(4, SummaryRow.Microseconds(due));
        if (query.PipelineId is not null) statement.Bind(5, query.PipelineId);
        if (query.Organization is not null) statement.Bind(6, query.Organization);
        if (query.CreatedFrom is { } from) statement.Bind(10, SummaryRow.Microseconds(from));
        if (query.CreatedBefore is { } before)
        {
            var below = SummaryRow.Microseconds(before);
            if (after is null || after.Value.Created >= below) after = new ExecutionCursor(below - 1, long.MaxValue);
        }

        if (after is { } cursor) statement.Bind(7, cursor.Created).Bind(8, cursor.Key);
        return statement;
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
