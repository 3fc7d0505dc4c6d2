using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using SQLitePCL;

namespace Sightglass.Sqlite.Writing;

/// <summary>Applies appends inside a transaction of the writing connection.</summary>
/// <remarks>Not safe for concurrent use: everything here is owned by whoever holds the baton of the <see cref="CommitLoop"/>.</remarks>
internal sealed class LogWriter : IDisposable
{
    private readonly Connection _connection;
    private readonly int _maxKnown;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _dataVersion;
    private readonly Statement _lastPosition;
    private readonly Statement _advance;
    private readonly Statement _findHead;
    private readonly Statement _findTombstone;
    private readonly Statement _raiseEpoch;
    private readonly Statement _insertExecution;
    private readonly Statement _insertHead;
    private readonly Statement _updateSummary;
    private readonly Statement _updateDetails;
    private readonly Statement _insertBlock;
    private readonly Statement _findValue;
    private readonly Statement _insertValue;
    private readonly Statement _insertChecks;
    private readonly Statement _linkValue;
    private readonly RecordWriter _records;
    private readonly SearchWriter _search;
    private readonly LogSpace _space;

    // What is known of executions by id. A key never belongs to another execution later, and all is forgotten when a
    // transaction failed or another process wrote: an entry can be missing but not wrong.
    private readonly Dictionary<Guid, KnownExecution> _known = [];
    private long _position;
    private long _seenVersion = -1;

    public LogWriter(Connection connection, SqliteStoreOptions options, DiskRoom room)
    {
        _connection = connection;
        _maxKnown = options.MaxKnownExecutions;
        _records = new RecordWriter(connection, options.TimeProvider);
        _search = new SearchWriter(connection);
        _space = new LogSpace(options, room);
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _rollback = connection.Prepare("ROLLBACK");
        _dataVersion = connection.Prepare("PRAGMA data_version");
        _lastPosition = connection.Prepare("SELECT max(floor, coalesce((SELECT max(position) FROM blocks), 0)) FROM positions");
        _advance = connection.Prepare("UPDATE heads SET last_seq = ?1 WHERE execution = ?2 AND epoch = ?3 AND last_seq = ?4");
        _findHead = connection.Prepare("SELECT h.execution, h.epoch, h.last_seq FROM executions e JOIN heads h ON h.execution = e.key WHERE e.id = ?1");
        _findTombstone = connection.Prepare("SELECT 1 FROM tombstones WHERE id = ?1");
        _raiseEpoch = connection.Prepare("UPDATE heads SET epoch = epoch + 1 WHERE execution = ?1");
        _insertExecution = connection.Prepare(SummaryRow.Insert);
        _insertHead = connection.Prepare("INSERT INTO heads (execution, epoch, last_seq) VALUES (?1, 1, ?2)");
        _updateSummary = connection.Prepare(SummaryRow.Update);
        _updateDetails = connection.Prepare(SummaryRow.UpdateDetails);
        _insertBlock = connection.Prepare("INSERT INTO blocks (position, execution, first_seq, count, kind, bytes, crc) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _findValue = connection.Prepare("SELECT key FROM stored_values WHERE hash = ?1");
        _insertValue = connection.Prepare("INSERT INTO stored_values (hash, bytes) VALUES (?1, ?2)");
        _insertChecks = connection.Prepare("INSERT INTO value_checks (value, crcs) VALUES (?1, ?2)");
        _linkValue = connection.Prepare("INSERT OR IGNORE INTO execution_values (execution, value) VALUES (?1, ?2)");
    }

    public Connection Connection => _connection;

    public SearchWriter Search => _search;

    public void Begin()
    {
        _begin.Run();
        _space.Grow();

        // Another process that wrote (a repair, a deletion) may have taken positions or removed executions.
        _dataVersion.Step();
        var version = _dataVersion.Int64(0);
        _dataVersion.Reset();
        if (version == _seenVersion) return;
        _known.Clear();
        _search.Reset();
        _lastPosition.Step();
        _position = _lastPosition.Int64(0);
        _lastPosition.Reset();
        _seenVersion = version;
    }

    public void Commit() => _commit.Run();

    /// <summary>Leaves the connection without a transaction, whatever went wrong before.</summary>
    public void Rollback()
    {
        // SQLite has rolled back by itself after some errors; what is remembered is not trustworthy either way.
        _seenVersion = -1;
        if (_connection.InTransaction) _rollback.Run();
    }

    /// <summary>Writes one append into the open transaction, or nothing if it is refused.</summary>
    public AppendOutcome Apply(Append append)
    {
        var blocks = append.Blocks;
        var last = blocks[^1].FirstSeq + blocks[^1].Count - 1;
        if (_records.FindConflict(append.Records) is { } record) return Refuse(append, record);
        long key;
        if (append.ExpectedLast == 0)
        {
            if (_findTombstone.Bind(1, append.ExecutionId).Step())
            {
                _findTombstone.Reset();
                return new AppendOutcome(AppendStatus.Conflict, 0, 0);
            }

            SummaryRow.BindInsert(_insertExecution, append.Summary!).Run();
            if (raw.sqlite3_changes(_connection.Handle) == 0) return Refuse(append);
            key = raw.sqlite3_last_insert_rowid(_connection.Handle);
            _insertHead.Bind(1, key).Bind(2, last).Run();
            Remember(append.ExecutionId, key).Row = SummaryRow.IndexedOf(append.Summary!);
            _search.Add(key, append.Summary!);
        }
        else
        {
            var known = Known(append.ExecutionId);
            key = known.Key;
            if (key == 0) return new AppendOutcome(AppendStatus.Unknown, 0, 0);
            _advance.Bind(1, last).Bind(2, key).Bind(3, append.Epoch).Bind(4, append.ExpectedLast).Run();
            if (raw.sqlite3_changes(_connection.Handle) == 0) return Refuse(append);
            if (append.Summary is { } summary) Update(known, summary);
        }

        for (var i = 0; i < blocks.Count; i++)
        {
            var block = blocks[i];
            _insertBlock.Bind(1, ++_position).Bind(2, key).Bind(3, block.FirstSeq).Bind(4, block.Count).Bind(5, (long)block.Kind)
                .Bind(6, block.Bytes.Span).Bind(7, BlockCheck.Of(_position, key, block.FirstSeq, block.Count, block.Kind, block.Bytes.Span)).Run();
        }

        for (var i = 0; i < append.Values.Count; i++) Store(key, append.Values[i]);
        if (append.Records.Count > 0) _records.Write(append.Records);
        return new AppendOutcome(AppendStatus.Appended, last, _position);
    }

    /// <summary>Writes records into the open transaction, or nothing if one of them is in conflict.</summary>
    /// <returns>Their version as the last sequence.</returns>
    public AppendOutcome Apply(IReadOnlyList<RecordWrite> records) => _records.FindConflict(records) is { } record
        ? new AppendOutcome(AppendStatus.RecordConflict, 0, 0) { Record = record }
        : new AppendOutcome(AppendStatus.Appended, _records.Write(records), 0);

    /// <summary>Removes records that have expired and takes ended executions into the search, a bounded number of each, in
    /// transactions of their own.</summary>
    public void Sweep()
    {
        for (var i = 0; i < SqliteLimits.IndexedAtRest / SqliteLimits.IndexedFrom && _search.HasBacklog; i++)
        {
            Begin();
            _search.Index(SqliteLimits.IndexedFrom);
            Commit();
        }

        if (!_records.HasExpired()) return;
        Begin();
        _records.Sweep();
        Commit();
    }

    /// <summary>Raises the epoch in the open transaction.</summary>
    /// <returns>The new epoch, 0 for an unknown execution.</returns>
    public long Claim(Guid executionId)
    {
        var key = Known(executionId).Key;
        if (key == 0) return 0;
        _raiseEpoch.Bind(1, key).Run();
        return Head(executionId).Epoch;
    }

    public void Dispose()
    {
        _space.Dispose();
        _connection.Dispose();
    }

    // Where the log stands elsewhere, that is told: an append whose answer was lost finds its own records.
    private AppendOutcome Refuse(Append append, RecordKey? record = null)
    {
        var (key, epoch, last) = Head(append.ExecutionId);
        if (record is not null && last == append.ExpectedLast && (key == 0 || epoch == append.Epoch))
            return new AppendOutcome(AppendStatus.RecordConflict, last, 0) { Record = record };
        if (key == 0) return new AppendOutcome(AppendStatus.Unknown, 0, 0);
        var fenced = append.ExpectedLast > 0 && append.Epoch != epoch;
        return new AppendOutcome(fenced ? AppendStatus.Fenced : AppendStatus.Conflict, last, 0);
    }

    private KnownExecution Known(Guid executionId)
    {
        if (_known.TryGetValue(executionId, out var known)) return known;
        var key = Head(executionId).Key;
        return key == 0 ? new KnownExecution(0) : Remember(executionId, key);
    }

    // Most summaries change nothing that an index holds, and naming an indexed column makes SQLite rewrite the index: three
    // pages of the eight that a commit of one stage would write.
    private void Update(KnownExecution known, ExecutionSummary summary)
    {
        var row = SummaryRow.IndexedOf(summary);
        _search.BeforeUpdate(known.Key, known.Row?.Status);
        if (summary.Status.IsTerminal()) _search.End(known.Key, summary);
        if (known.Row == row)
        {
            SummaryRow.BindDetails(_updateDetails, known.Key, summary).Run();
            return;
        }

        SummaryRow.BindUpdate(_updateSummary, known.Key, summary).Run();
        known.Row = row;
    }

    private (long Key, long Epoch, long Last) Head(Guid executionId)
    {
        if (!_findHead.Bind(1, executionId).Step()) return default;
        var head = (_findHead.Int64(0), _findHead.Int64(1), _findHead.Int64(2));
        _findHead.Reset();
        return head;
    }

    private KnownExecution Remember(Guid executionId, long key)
    {
        // Forgetting all is rare and costs one look-up each; an order of use would cost every append.
        if (_known.Count >= _maxKnown) _known.Clear();
        return _known[executionId] = new KnownExecution(key);
    }

    private void Store(long execution, StoredValue value)
    {
        if (!ValueReference.TryParse(value.Reference, out var hash)) throw new ArgumentException("Malformed reference.", nameof(value));
        long key = 0;
        if (_findValue.Bind(1, hash).Step())
        {
            key = _findValue.Int64(0);
            _findValue.Reset();
        }
        else
        {
            _insertValue.Bind(1, hash).Bind(2, value.Bytes.Span).Run();
            _insertValue.Clear();
            key = raw.sqlite3_last_insert_rowid(_connection.Handle);
            _insertChecks.Bind(1, key).Bind(2, ValueCheck.Of(value.Bytes.Span)).Run();
            _insertChecks.Clear();
        }

        _linkValue.Bind(1, execution).Bind(2, key).Run();
    }
}
