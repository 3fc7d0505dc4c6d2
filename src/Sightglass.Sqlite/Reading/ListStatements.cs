using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>The statements of lists on one connection, prepared once and bound anew.</summary>
internal sealed class ListStatements(Connection connection)
{
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    public Statement Prepared(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement)) return statement;
        if (_statements.Count >= SqliteLimits.MaxListStatements)
        {
            foreach (var old in _statements.Values) connection.Forget(old);
            _statements.Clear();
        }

        return _statements[sql] = connection.Prepare(sql);
    }

    /// <summary>Gives the only number of the only row.</summary>
    public static long Scalar(Statement statement)
    {
        statement.Step();
        var number = statement.Int64(0);
        statement.Reset();
        return number;
    }

    /// <summary>Gives where a cursor stands in the search; nothing where the row at it is gone.</summary>
    public long? PlaceOf(ExecutionCursor cursor)
    {
        var row = Prepared("SELECT place FROM searched WHERE execution = ?1").Bind(1, cursor.Key);
        if (!row.Step()) return null;
        var place = row.Int64(0);
        row.Reset();
        return place;
    }

    /// <summary>Binds what a statement of a list takes of a query.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="query">The query.</param>
    /// <param name="tokens">What it searches for.</param>
    /// <param name="after">Its cursor.</param>
    /// <param name="below">The cursor's place.</param>
    public static Statement Bind(Statement statement, ExecutionQuery query, IReadOnlyCollection<string> tokens, ExecutionCursor? after, long? below)
    {
        // One row more than asked for tells whether there is a next page.
        statement.Clear();
        statement.BindIfAny(9, query.Offset + query.Limit + 1L).BindIfAny(11, query.Limit + 1).BindIfAny(12, query.Offset).BindIfAny(16, query.CountUpTo + 1);
        if (query.Id is not null) statement.Bind(1, query.Id);
        if (query.ExternalId is not null) statement.Bind(2, query.ExternalId);
        if (query.EndedSince is { } since) statement.Bind(3, SummaryRow.Microseconds(since));
        if (query.DueBefore is { } due) statement.Bind(4, SummaryRow.Microseconds(due));
        if (query.PipelineId is { } pipeline) statement.BindIfAny(5, pipeline);
        if (query.Organization is { } organization) statement.BindIfAny(6, organization);
        if (query.CreatedFrom is { } from) statement.BindIfAny(10, SummaryRow.Microseconds(from)).BindIfAny(15, SearchPlace.FirstOf(SummaryRow.Microseconds(from)));
        if (query.CreatedBefore is { } before)
        {
            var end = SummaryRow.Microseconds(before);
            if (after is null || after.Value.Created >= end) (after, below) = (new ExecutionCursor(end - 1, long.MaxValue), SearchPlace.FirstOf(end));
        }

        if (after is { } cursor) statement.BindIfAny(7, cursor.Created).BindIfAny(8, cursor.Key).BindIfAny(14, below ?? SearchPlace.FirstOf(cursor.Created) + SearchPlace.PerMicrosecond);
        var number = ListSql.FirstToken;
        foreach (var token in tokens) statement.BindIfAny(number++, $" {token} ");
        foreach (var one in query.PipelineIds ?? []) statement.BindIfAny(number++, one);
        return statement;
    }
}
