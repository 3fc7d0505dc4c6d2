using System.Globalization;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>Reads what a deletion has to know: tombstones, families, and what has ended, by index seeks.</summary>
internal sealed class UpkeepReader(Connection connection)
{
    private static readonly ExecutionStatus[] Terminal = [.. Enum.GetValues<ExecutionStatus>().Where(status => status.IsTerminal())];
    private static readonly string TerminalStatuses = string.Join(',', Terminal.Select(status => ((int)status).ToString(CultureInfo.InvariantCulture)));

    private readonly Lazy<Statement> _expired = new(() => connection.Prepare(
        "SELECT execution FROM tombstones t WHERE erased < ?1 AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.execution = t.execution) ORDER BY execution LIMIT ?2"));

    private readonly Lazy<Statement> _tombstone = new(() => connection.Prepare(
        "SELECT erased, by, reason, pipeline, organization, crc FROM tombstones WHERE id = ?1"));

    private readonly Lazy<Statement> _find = new(() => connection.Prepare("""
        SELECT h.last_seq, e.parent IS NOT NULL AND EXISTS (SELECT 1 FROM executions p WHERE p.id = e.parent)
        FROM executions e JOIN heads h ON h.execution = e.key WHERE e.id = ?1
        """));

    private readonly Lazy<Statement> _open = new(() => connection.Prepare($"""
        WITH RECURSIVE family (id) AS (SELECT ?1 UNION SELECT e.id FROM executions e JOIN family ON e.parent = family.id)
        SELECT 1 FROM family JOIN executions e ON e.id = family.id WHERE e.status NOT IN ({TerminalStatuses}) LIMIT 1
        """));

    private readonly Lazy<Statement> _pipelines = new(() => connection.Prepare($"""
        WITH RECURSIVE names (id) AS (
            SELECT min(pipeline) FROM executions
            UNION ALL SELECT (SELECT min(pipeline) FROM executions WHERE pipeline > names.id) FROM names WHERE names.id IS NOT NULL)
        SELECT id FROM names WHERE id IS NOT NULL
          AND EXISTS (SELECT 1 FROM executions INDEXED BY executions_by_pipeline WHERE pipeline = names.id AND status IN ({TerminalStatuses}) AND child = 0)
        """));

    private readonly Lazy<Statement> _boundary = new(() => connection.Prepare(
        $"SELECT created, key FROM ({Branches("", "DESC", "?2")}) ORDER BY created DESC, key DESC LIMIT 1 OFFSET ?2 - 1"));

    private readonly Lazy<Statement> _beyond = new(() => connection.Prepare(
        $"SELECT id, created, key FROM ({Branches("AND created <= ?3 AND (created < ?3 OR key < ?4)", "ASC", "?2")}) ORDER BY created, key LIMIT ?2"));

    private readonly Lazy<Statement> _before = new(() => connection.Prepare(
        $"SELECT id, created, key FROM ({Branches("AND created < ?3 AND ended < ?3", "ASC", "?2")}) ORDER BY created, key LIMIT ?2"));

    public Tombstone? FindTombstone(Guid id)
    {
        var row = _tombstone.Value.Bind(1, id);
        if (!row.Step()) return null;
        try
        {
            var (erased, by, reason, pipeline, organization) = (row.Int64(0), row.Text(1), row.NullableText(2), row.Text(3), row.Text(4));
            if (row.NullableInt64(5) is { } crc && crc != TombstoneCheck.Of(id, erased, by, reason, pipeline, organization))
                throw SqliteErrors.DamagedTombstone(connection.Path, id);
            return new Tombstone(id, SummaryRow.Moment(erased), by, reason, pipeline, organization);
        }
        finally
        {
            row.Reset();
        }
    }

    /// <summary>Gives the keys of tombstones that stand for nothing but themselves and are older than a moment.</summary>
    public IReadOnlyList<long> ExpiredTombstones(DateTimeOffset erasedBefore, int limit)
    {
        var found = new List<long>();
        var rows = _expired.Value.Bind(1, SummaryRow.Microseconds(erasedBefore)).Bind(2, limit);
        while (rows.Step()) found.Add(rows.Int64(0));
        rows.Reset();
        return found;
    }

    /// <summary>Tells whether an execution may be deleted, and the sequence it stands at.</summary>
    public (EraseStatus Status, long Last) CheckFamily(Guid id)
    {
        // Without a transaction: whether the execution has moved since is asked again by the deletion itself.
        var row = _find.Value.Bind(1, id);
        if (!row.Step()) return (FindTombstone(id) is null ? EraseStatus.Unknown : EraseStatus.AlreadyErased, 0);
        var (last, isChild) = (row.Int64(0), row.Int64(1) == 1);
        row.Reset();
        if (isChild) return (EraseStatus.IsChild, last);
        var isOpen = _open.Value.Bind(1, id).Step();
        if (isOpen) _open.Value.Reset();
        return (isOpen ? EraseStatus.NotEnded : EraseStatus.Erased, last);
    }

    public IReadOnlyList<string> Pipelines()
    {
        var found = new List<string>();
        while (_pipelines.Value.Step()) found.Add(_pipelines.Value.Text(0));
        return found;
    }

    public IReadOnlyList<Guid> Ended(EndedQuery query)
    {
        var found = new SortedDictionary<(long Created, long Key), Guid>();
        if (query.EndedBefore is { } moment) Collect(_before.Value.Bind(3, SummaryRow.Microseconds(moment)));
        if (query.BeyondNewest is > 0 and var kept)
        {
            var boundary = _boundary.Value.Bind(1, query.PipelineId).Bind(2, kept);
            if (boundary.Step())
            {
                var (created, key) = (boundary.Int64(0), boundary.Int64(1));
                boundary.Reset();
                Collect(_beyond.Value.Bind(3, created).Bind(4, key));
            }
        }
        else if (query.BeyondNewest == 0 || query.EndedBefore is null)
        {
            Collect(_beyond.Value.Bind(3, long.MaxValue).Bind(4, long.MaxValue));
        }

        return [.. found.Values.Take(query.Limit)];

        void Collect(Statement rows)
        {
            rows.Bind(1, query.PipelineId).Bind(2, query.Limit);
            while (rows.Step()) found[(rows.Int64(1), rows.Int64(2))] = rows.Guid(0);
        }
    }

    // A branch for each status, which comes out of the index in order and stops at the limit.
    private static string Branches(string condition, string order, string limit) => string.Join(" UNION ALL ", Terminal.Select(status => string.Create(
        CultureInfo.InvariantCulture,
        $"SELECT * FROM (SELECT id, created, key FROM executions INDEXED BY executions_by_pipeline WHERE pipeline = ?1 AND status = {(int)status} AND child = 0 {condition} ORDER BY created {order}, key {order} LIMIT {limit})")));
}
