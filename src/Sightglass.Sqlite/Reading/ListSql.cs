using System.Globalization;
using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;

namespace Sightglass.Sqlite.Reading;

/// <summary>The statements of lists and of their totals. Parameters: ?1 id, ?2 outside id, ?3 ended since, ?4 due before,
/// ?5 pipeline, ?6 organisation, ?7 and ?8 cursor, ?9 rows of a branch, ?10 created from, ?11 rows of the page,
/// ?12 rows passed over, ?13 match of the index, ?14 place below, ?15 place from, ?16 most to count, ?17 and on the tokens, and
/// after them the pipelines.</summary>
/// <remarks>
/// A list asks for some statuses, newest first. One index walk cannot give several statuses in order of creation, so each
/// status is a branch of its own that seeks; they are merged as they come out of the index, and the merge stops when the page
/// is full. A page thus costs the same with a thousand and with a million executions. Where words, labels or a pipeline of an organisation are
/// asked for, ended executions come out of the full-text index, which holds them all as tokens in the same order.
/// </remarks>
internal sealed class ListSql
{
    public const int FirstToken = 17;

    private static readonly ExecutionStatus[] AllStatuses = Enum.GetValues<ExecutionStatus>();

    private static readonly string OpenStatuses = Numbers(AllStatuses.Where(status => !status.IsTerminal()));

    private readonly ExecutionQuery _query;
    private readonly IReadOnlyCollection<string> _tokens;
    private readonly ExecutionStatus[] _wanted;
    private readonly bool _isLookUp;
    private readonly bool _seeksEnded;

    /// <summary>Prepares the statements of a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="tokens">What it searches for; empty where it does not search.</param>
    /// <param name="manyLately">Whether so many have ended lately that the newest are looked for by creation.</param>
    public ListSql(ExecutionQuery query, IReadOnlyCollection<string> tokens, bool manyLately = false)
    {
        _query = query;
        _tokens = tokens;
        _wanted = query.Statuses.Count == 0 ? AllStatuses : [.. query.Statuses.Distinct().Order()];
        _isLookUp = query.Id is not null || query.ExternalId is not null;
        _seeksEnded = query.EndedSince is null || manyLately;
        UsesIndex = !_isLookUp && query.DueBefore is null && query.EndedSince is null && query.Organization is not null && (tokens.Count > 0 || query.PipelineId is not null || query.PipelineIds is not null);
    }

    /// <summary>Gets whether the full-text index is asked.</summary>
    public bool UsesIndex { get; }

    /// <summary>Gets what the index is asked for, <see langword="null"/> where no ended execution is wanted.</summary>
    public string? Match
    {
        get
        {
            ExecutionStatus[] wanted = [.. _wanted.Where(status => status.IsTerminal())];
            if (!UsesIndex || wanted.Length == 0) return null;
            var terms = _tokens.Select(token => AnyOf([token])).ToList();
            if (_query.PipelineId is { } pipeline) terms.Add(AnyOf([SearchScope.OfPipeline(pipeline)]));
            if (_query.PipelineIds is { } pipelines) terms.Add(AnyOf(pipelines.Select(SearchScope.OfPipeline)));
            ExecutionStatus[] others = [.. AllStatuses.Where(status => status.IsTerminal()).Except(wanted)];
            if (others.Length == 0) return string.Join(" AND ", terms);

            // Most executions complete: where those are wanted the others are left out, of which there are fewer to walk through.
            if (wanted.Contains(ExecutionStatus.Completed)) return $"({string.Join(" AND ", terms)}) NOT {AnyOf(others.Select(OfStatus))}";
            return string.Join(" AND ", terms.Append(AnyOf(wanted.Select(OfStatus))));
        }
    }

    /// <summary>Gives the statement of a page.</summary>
    public string Page(bool paged)
    {
        // A page begins below a cursor, and so does a range: one bound, so that it is the one that the index is sought with.
        paged |= _query.CreatedBefore is not null;
        return $"""
            SELECT {Columns}
            FROM (SELECT key, created FROM ({string.Join(" UNION ALL ", Branches(paged))}) ORDER BY created DESC, key DESC LIMIT ?11 OFFSET ?12) found
            JOIN executions e ON e.key = found.key {Joined}
            ORDER BY found.created DESC, found.key DESC
            """;
    }

    /// <summary>Gets the statement of the row at a place, which is ?1.</summary>
    public string RowAt => $"SELECT {Columns} FROM places p JOIN executions e ON e.key = p.execution {Joined} WHERE p.place = ?1";

    /// <summary>Gives the statement of the places of what is not in the index: what has not ended, or has not been taken in.</summary>
    public string OpenPlaces(bool paged) =>
        $"SELECT s.place FROM ({string.Join(" UNION ALL ", Branches(paged || _query.CreatedBefore is not null).Select(branch => $"SELECT key FROM ({branch} ORDER BY created DESC, key DESC LIMIT ?9)"))}) b CROSS JOIN searched s ON s.execution = b.key ORDER BY s.place DESC LIMIT ?9";

    /// <summary>Gives the statement of the places that come out of the index.</summary>
    public string Indexed(bool paged)
    {
        // Where the row at the cursor is gone, what stands at its own moment is told apart.
        var behind = paged ? $" AND ({SearchPlace.CreatedOf("f.rowid")} < ?7 OR (SELECT execution FROM places WHERE place = f.rowid) < ?8)" : "";
        return $"SELECT f.rowid FROM search f WHERE f.search MATCH ?13{PlaceRange(paged || _query.CreatedBefore is not null)}{behind} ORDER BY f.rowid DESC LIMIT ?11 OFFSET ?12";
    }

    /// <summary>Gets the statement of the total; where the index is used, of what is not in it.</summary>
    public string Total
    {
        get
        {
            var branches = Branches(_query.CreatedBefore is not null);
            return branches.Count == 0 ? "SELECT 0" : $"SELECT count(*) FROM (SELECT 1 FROM ({string.Join(" UNION ALL ", branches)}) LIMIT ?16)";
        }
    }

    /// <summary>Gets the statement of the total of what is in the index.</summary>
    public string IndexedTotal => $"SELECT count(*) FROM (SELECT 1 FROM search f WHERE f.search MATCH ?13{PlaceRange(_query.CreatedBefore is not null)} LIMIT ?16)";

    private string Columns => $"{SummaryRow.Columns}, h.last_seq, e.key{(_query.WithTexts ? ", s.input, n.output" : "")}";

    private string Joined => "JOIN heads h ON h.execution = e.key" + (_query.WithTexts ? " LEFT JOIN searched s ON s.execution = e.key LEFT JOIN endings n ON n.execution = e.key" : "");

    // Quoted: what stands between quotation marks is text to the index, and a token has none.
    private string AnyOf(IEnumerable<string> of)
    {
        string[] scopes = _query.IncludeChildren
            ? [SearchScope.Of(_query.Organization!, isChild: false), SearchScope.Of(_query.Organization!, isChild: true)]
            : [SearchScope.Of(_query.Organization!, isChild: false)];
        return $"({string.Join(" OR ", of.SelectMany(token => scopes.Select(scope => $"\"{scope}{token}\"")))})";
    }

    private static string OfStatus(ExecutionStatus status) => SearchScope.OfStatus((int)status);

    private static string Numbers(IEnumerable<ExecutionStatus> statuses) => string.Join(',', statuses.Select(status => ((int)status).ToString(CultureInfo.InvariantCulture)));

    private List<string> Branches(bool paged)
    {
        var branches = new List<string>();
        if (_query.Id is not null) branches.Add(Any("executions WHERE id = ?1", _wanted));
        else if (_query.ExternalId is not null) branches.Add(Any("executions INDEXED BY executions_by_external_id WHERE external_id = ?2", _wanted));
        else if (_query.DueBefore is not null) branches.Add(Any("executions INDEXED BY executions_by_due WHERE next_due <= ?4", _wanted));
        else
        {
            ExecutionStatus[] ended = [.. _wanted.Where(status => status.IsTerminal())];
            var walksEnded = _seeksEnded && !UsesIndex;
            foreach (var status in walksEnded ? _wanted : _wanted.Except(ended))
                foreach (var child in _query.IncludeChildren ? "01" : "0") branches.Add(Seek(status, child));
            if (walksEnded || ended.Length == 0) return branches;
            branches.Add(Any(UsesIndex ? "unindexed u CROSS JOIN executions ON executions.key = u.execution WHERE 1" : "executions INDEXED BY executions_by_end WHERE ended >= ?3", ended));
        }

        return branches;

        // Rows found by another index, filtered by the rest and sorted: due, ended lately or looked up, they are few.
        string Any(string source, ExecutionStatus[] statuses)
        {
            var sql = new StringBuilder($"SELECT key, created FROM {source}");
            if (statuses.Length < AllStatuses.Length) sql.Append(CultureInfo.InvariantCulture, $" AND status IN ({Numbers(statuses)})");
            if (!_query.IncludeChildren && !_isLookUp) sql.Append(" AND child = 0");
            return Finish(sql);
        }

        string Seek(ExecutionStatus status, char child)
        {
            var index = _query.Organization is not null ? "organization" : _query.PipelineId is not null ? "pipeline" : "status";
            var sql = new StringBuilder($"SELECT key, created FROM executions INDEXED BY executions_by_{index} WHERE ");
            sql.Append(CultureInfo.InvariantCulture, $"status = {(int)status} AND child = {child}");
            if (status.IsTerminal() && _query.EndedSince is not null) sql.Append(" AND ended >= ?3");
            return Finish(sql);
        }

        string Finish(StringBuilder sql)
        {
            if (_query.Id is not null && _query.ExternalId is not null) sql.Append(" AND external_id = ?2");
            if ((_isLookUp || _query.DueBefore is not null) && _query.EndedSince is not null)
                sql.Append(CultureInfo.InvariantCulture, $" AND (status IN ({OpenStatuses}) OR ended >= ?3)");
            if (_isLookUp && _query.DueBefore is not null) sql.Append(" AND next_due <= ?4");
            if (_query.PipelineId is not null) sql.Append(" AND pipeline = ?5");
            if (_query.PipelineIds is { } pipelines)
                sql.Append(CultureInfo.InvariantCulture, $" AND pipeline IN ({string.Join(',', pipelines.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"?{FirstToken + _tokens.Count + i}")))})");
            if (_query.Organization is not null) sql.Append(" AND organization = ?6");
            if (_query.CreatedFrom is not null) sql.Append(" AND created >= ?10");
            if (paged) sql.Append(" AND created <= ?7 AND (created < ?7 OR key < ?8)");
            if (_tokens.Count > 0)
            {
                sql.Append(" AND EXISTS (SELECT 1 FROM searched t LEFT JOIN endings x ON x.execution = t.execution WHERE t.execution = executions.key");
                for (var i = 0; i < _tokens.Count; i++) sql.Append(CultureInfo.InvariantCulture, $" AND (instr(t.tokens, ?{FirstToken + i}) OR instr(x.tokens, ?{FirstToken + i}))");
                sql.Append(')');
            }

            return sql.ToString();
        }
    }

    private string PlaceRange(bool below) => (below ? " AND f.rowid < ?14" : "") + (_query.CreatedFrom is not null ? " AND f.rowid >= ?15" : "");
}
