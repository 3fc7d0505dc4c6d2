using System.Text;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using SQLitePCL;

namespace Sightglass.Sqlite.Writing;

/// <summary>Keeps what searches go by, inside the transactions of the writing connection.</summary>
/// <remarks>
/// The tokens of an execution are a row of the commit that creates it, and those of its error one of the commit that ends it:
/// what is committed is found. The full-text index takes ended executions in later, many at a time, which costs a tenth of
/// taking them in one by one; until then, and while they have not ended, their rows are read.
/// Owned by whoever holds the baton of the <see cref="CommitLoop"/>.
/// </remarks>
internal sealed class SearchWriter(Connection connection)
{
    private readonly Statement _add = connection.Prepare("INSERT OR REPLACE INTO searched (execution, place, scope, tokens, input) VALUES (?1, ?2, ?3, ?4, ?5)");
    private readonly Statement _take = connection.Prepare("INSERT INTO places (place, execution) VALUES (?1, ?2)");
    private readonly Statement _lastPlace = connection.Prepare("SELECT max(place) FROM places WHERE place < ?1");
    private readonly Statement _status = connection.Prepare("SELECT status FROM executions WHERE key = ?1");
    private readonly Statement _await = connection.Prepare("INSERT OR IGNORE INTO unindexed (execution) VALUES (?1)");
    private readonly Statement _unawait = connection.Prepare("DELETE FROM unindexed WHERE execution = ?1");
    private readonly Statement _waiting = connection.Prepare("SELECT execution FROM unindexed LIMIT ?1");
    private readonly Statement _backlog = connection.Prepare("SELECT count(*) FROM unindexed");
    private readonly Statement _end = connection.Prepare("INSERT OR REPLACE INTO endings (execution, tokens, output) VALUES (?1, ?2, ?3)");
    private readonly Statement _reopen = connection.Prepare("DELETE FROM endings WHERE execution = ?1");
    private readonly Statement _document = connection.Prepare("""
        SELECT s.place, s.scope, s.tokens, n.tokens, e.pipeline, e.status FROM searched s
        JOIN executions e ON e.key = s.execution LEFT JOIN endings n ON n.execution = s.execution WHERE s.execution = ?1
        """);

    private readonly Statement _index = connection.Prepare("INSERT INTO search (rowid, tokens) VALUES (?1, ?2)");
    private readonly Statement _unindex = connection.Prepare("INSERT INTO search (search, rowid, tokens) VALUES ('delete', ?1, ?2)");
    private readonly Statement _forget = connection.Prepare("DELETE FROM searched WHERE execution = ?1");
    private readonly Statement _leave = connection.Prepare("DELETE FROM places WHERE place = (SELECT place FROM searched WHERE execution = ?1)");

    private long? _last;
    private long _unindexed = -1;
    private bool _isBroken;

    /// <summary>Gets whether ended executions wait to be taken into the index.</summary>
    public bool HasBacklog => !_isBroken && (_unindexed < 0 ? _unindexed = Count() : _unindexed) > 0;

    /// <summary>Forgets what is known of the tables: another process has written, or a transaction failed.</summary>
    public void Reset() => (_last, _unindexed) = (null, -1);

    /// <summary>Notes a new execution.</summary>
    public void Add(long key, ExecutionSummary summary)
    {
        var place = PlaceOf(SummaryRow.Microseconds(summary.CreatedAt));
        _take.Bind(1, place).Bind(2, key).Run();
        _add.Bind(1, key).Bind(2, place).Bind(3, SearchScope.Of(summary.Organization, summary.ParentId is not null))
            .Bind(4, SearchScope.Join(SearchTokens.OfCreation(summary)))
            .Bind(5, summary.Input is { } input ? JsonSerializer.Serialize(input, SummaryJson.Default.TextExcerpt) : null).Run();
        if (summary.Status.IsTerminal()) End(key, summary);
    }

    /// <summary>Takes an execution that had ended out of the search; before its row changes.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="status">Its status until now; <see langword="null"/> where the writer does not know it.</param>
    public void BeforeUpdate(long key, ExecutionStatus? status)
    {
        if ((status ?? StatusOf(key))?.IsTerminal() != true) return;
        Unindex(key);
        _reopen.Bind(1, key).Run();
    }

    /// <summary>Notes the end of an execution.</summary>
    public void End(long key, ExecutionSummary summary)
    {
        if (summary.Error is not null || summary.Output is not null)
        {
            _end.Bind(1, key).Bind(2, SearchScope.Join(SearchTokens.OfText(summary.Error)))
                .Bind(3, summary.Output is { } output ? JsonSerializer.Serialize(output, SummaryJson.Default.OutputExcerpt) : null).Run();
        }

        _await.Bind(1, key).Run();
        if (_unindexed >= 0) _unindexed++;
    }

    /// <summary>Removes an execution whose row is about to go.</summary>
    public void Forget(long key)
    {
        BeforeUpdate(key, null);
        _leave.Bind(1, key).Run();
        _forget.Bind(1, key).Run();
    }

    /// <summary>Takes some ended executions into the index if enough wait to be worth it.</summary>
    public void IndexIfDue()
    {
        if (HasBacklog && _unindexed >= SqliteLimits.IndexedFrom) Index(SqliteLimits.IndexedAtOnce);
    }

    /// <summary>Takes ended executions into the index.</summary>
    /// <returns>How many; 0 when none waits.</returns>
    public int Index(int most)
    {
        var keys = new List<long>();
        _waiting.Bind(1, most);
        while (_waiting.Step()) keys.Add(_waiting.Int64(0));
        try
        {
            foreach (var key in keys)
            {
                _unawait.Bind(1, key).Run();
                if (Document(key) is var (place, tokens)) _index.Bind(1, place).Bind(2, tokens).Run();
            }
        }
        catch (StoreUnavailableException error) when (error.Code == "database_damaged")
        {
            // The index can be made anew from its rows, at the next start; until then it must not stop what it is about.
            _isBroken = true;
            throw;
        }

        _unindexed = -1;
        return keys.Count;
    }

    private void Unindex(long key)
    {
        _unawait.Bind(1, key).Run();
        _unindexed = -1;
        if (raw.sqlite3_changes(connection.Handle) == 0 && !_isBroken && Document(key) is var (place, tokens)) _unindex.Bind(1, place).Bind(2, tokens).Run();
    }

    // What stands in the index under a place follows from rows that do not change while it stands there.
    private (long Place, string Tokens)? Document(long key)
    {
        if (!_document.Bind(1, key).Step()) return null;
        var (place, scope, status) = (_document.Int64(0), _document.Text(1), _document.Int32(5));
        var tokens = new StringBuilder();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var token in (_document.Text(2) + _document.NullableText(3)).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            if (known.Add(token)) tokens.Append(scope).Append(token).Append(' ');
        tokens.Append(scope).Append(SearchScope.OfPipeline(_document.Text(4))).Append(' ').Append(scope).Append(SearchScope.OfStatus(status));
        _document.Reset();
        return (place, tokens.ToString());
    }

    private ExecutionStatus? StatusOf(long key)
    {
        if (!_status.Bind(1, key).Step()) return null;
        var status = (ExecutionStatus)_status.Int32(0);
        _status.Reset();
        return status;
    }

    private long PlaceOf(long created)
    {
        _last ??= LastBelow(long.MaxValue);
        for (var first = SearchPlace.FirstOf(created); ; first += SearchPlace.PerMicrosecond)
        {
            // Nearly always the newest of all.
            var place = first > _last ? first : Math.Max(first, LastBelow(first + SearchPlace.PerMicrosecond) + 1);
            if (place >= first + SearchPlace.PerMicrosecond) continue;
            _last = Math.Max(_last.Value, place);
            return place;
        }
    }

    private long LastBelow(long place)
    {
        _lastPlace.Bind(1, place).Step();
        var last = _lastPlace.NullableInt64(0) ?? long.MinValue;
        _lastPlace.Reset();
        return last;
    }

    private long Count()
    {
        _backlog.Step();
        var count = _backlog.Int64(0);
        _backlog.Reset();
        return count;
    }
}
