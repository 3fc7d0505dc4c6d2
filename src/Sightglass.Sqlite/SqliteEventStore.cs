using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using Sightglass.Sqlite.Reading;
using Sightglass.Sqlite.Repair;
using Sightglass.Sqlite.Writing;

namespace Sightglass.Sqlite;

/// <summary>Keeps all logs and records in one SQLite file, which one process owns.</summary>
/// <remarks>
/// Appends share commits: one that finds no commit under way commits on its own thread before the call returns, so the
/// call blocks for a write to disk; others wait without a thread. Reads run on the caller's thread, on connections of
/// their own, and neither wait for appends nor hold them up.
/// </remarks>
public sealed class SqliteEventStore : IEventStore, IRecordStore, IStoreUpkeep, IValueOwners
{
    private readonly CommitLoop _loop;
    private readonly Checkpointer _checkpointer;
    private readonly LogWriter _writer;
    private readonly ReaderPool _readers;
    private readonly ExecutionEraser _eraser;
    private readonly ReserveFile _reserve;
    private readonly ITimer _idleTimer;
    private int _disposed;

    private SqliteEventStore(SqliteStoreOptions options, Connection connection)
    {
        var room = new DiskRoom(options.Path);
        _writer = new LogWriter(connection, options, room);
        SearchBackfill.Run(_writer);
        _checkpointer = new Checkpointer(connection, options, room);
        _reserve = new ReserveFile(options, room);
        _reserve.Fill();
        _loop = new CommitLoop(_writer, _checkpointer, _reserve, options);
        _reserve.BeforeLook = () => _loop.TryRunIdle(_checkpointer.Shrink);
        _readers = new ReaderPool(options);
        _eraser = new ExecutionEraser(connection, _writer.Search, _loop);
        _eraser.Resume();
        _idleTimer = options.TimeProvider.CreateTimer(
            static state => ((SqliteEventStore)state!).Rest(), this, options.IdleAfter, options.IdleAfter);
    }

    /// <inheritdoc/>
    public StoreTrouble? Trouble => _reserve.Trouble;

    /// <summary>Gets what the store has done since it was opened.</summary>
    public SqliteStoreCounters Counters => _loop.Counters;

    /// <summary>Gets whether a commit is under way, for tests.</summary>
    internal bool Committing => _loop.Committing;

    /// <summary>Gets the writing connection, for tests of its failures.</summary>
    internal Connection Writer => _writer.Connection;

    /// <summary>Makes what searches go by anew for every execution, from its log and its row.</summary>
    internal void FillSearch()
    {
        Writer.Execute("UPDATE unfilled SET upto = coalesce((SELECT max(key) FROM executions), 0)");
        SearchBackfill.Run(_writer);
    }

    /// <summary>Opens the database, creates it where missing, brings an older one up to date, and looks for damage: what is
    /// whole is saved into a new database, and the damaged file is kept beside it.</summary>
    /// <param name="options">Where it is and how to use it.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="StoreUnavailableException">With code <c>database_newer</c> (nothing was touched),
    /// <c>not_a_database</c>, <c>read_only</c>, <c>database_locked</c>, <c>database_damaged</c>, <c>disk_full</c>,
    /// <c>disk_error</c>, <c>sqlite_missing</c>, <c>sqlite_without_search</c> or <c>sqlite_too_old</c>.</exception>
    public static SqliteEventStore Open(SqliteStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var connection = CheckedFile.Open(options);
        try
        {
            return new SqliteEventStore(options, connection);
        }
        catch (Exception error)
        {
            if (error is StoreUnavailableException { Code: "database_damaged" }) StartCheck.Suspect(options.Path, error.Message);
            connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<AppendOutcome> AppendAsync(Append append, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(append);
        append.Validate();
        return _loop.WriteAsync(append.ExecutionId, append, null, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<LogPage> ReadAsync(Guid executionId, long after, BlockFilter filter, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        return _readers.RunAsync(reader => reader.Read(executionId, after, filter, maxBytes, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<EventBlock>> ReadFromPositionAsync(long afterPosition, int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterPosition);

        // One writer gives out positions in the order of commits: what is not visible yet has a higher one.
        return _readers.RunAsync(reader => reader.ReadFromPosition(afterPosition, maxBytes, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadValueAsync(string reference, long offset, int length, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return _readers.RunAsync(
            reader => ValueReference.TryParse(reference, out var hash) ? reader.ReadValue(hash, offset, length) : null, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<ExecutionPage> ListAsync(ExecutionQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        var after = query.Validate();
        return _readers.RunAsync(reader => reader.Lists.List(query, after, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<long> ClaimAsync(Guid executionId, CancellationToken cancellationToken = default) =>
        (await _loop.WriteAsync(executionId, null, null, cancellationToken).ConfigureAwait(false)).Last;

    /// <inheritdoc/>
    public ValueTask<StoredRecord?> GetAsync(RecordKey key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        key.Validate();
        return _readers.RunAsync(reader => reader.Records.Get(key), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<RecordOutcome> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken = default)
    {
        RecordWrite.ValidateSome(writes);
        var outcome = await _loop.WriteAsync(Guid.Empty, null, writes, cancellationToken).ConfigureAwait(false);
        return outcome.Record is { } conflict ? new RecordOutcome(0, conflict) : new RecordOutcome(outcome.Last, null);
    }

    /// <inheritdoc/>
    public ValueTask<RecordPage> ListAsync(RecordQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Validate();
        return _readers.RunAsync(reader => reader.Records.List(query, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> HoldsValueAsync(Guid executionId, string reference, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return _readers.RunAsync(reader => ValueReference.TryParse(reference, out var hash) && reader.Holders.Holds(executionId, hash), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> IsValueHeldAsync(string reference, string organization, IReadOnlyCollection<string>? pipelineIds, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reference);
        ArgumentNullException.ThrowIfNull(organization);
        return _readers.RunAsync(reader => ValueReference.TryParse(reference, out var hash) && reader.Holders.IsHeld(hash, organization, pipelineIds), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<EraseOutcome> EraseAsync(Guid executionId, ErasureRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (status, last) = await _readers.RunAsync(reader => reader.Upkeep.CheckFamily(executionId), cancellationToken).ConfigureAwait(false);
        return status == EraseStatus.Erased
            ? await _eraser.EraseAsync(executionId, last, request, cancellationToken).ConfigureAwait(false)
            : new EraseOutcome(status, 0);
    }

    /// <inheritdoc/>
    public ValueTask<Tombstone?> FindTombstoneAsync(Guid executionId, CancellationToken cancellationToken = default) =>
        _readers.RunAsync(reader => reader.Upkeep.FindTombstone(executionId), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<int> ForgetTombstonesAsync(DateTimeOffset erasedBefore, CancellationToken cancellationToken = default)
    {
        var expired = await _readers.RunAsync(reader => reader.Upkeep.ExpiredTombstones(erasedBefore, ExecutionQuery.MaxLimit), cancellationToken).ConfigureAwait(false);
        if (expired.Count > 0) await _eraser.ForgetAsync(expired, cancellationToken).ConfigureAwait(false);
        return expired.Count;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> ListPipelinesAsync(CancellationToken cancellationToken = default) =>
        _readers.RunAsync(reader => reader.Upkeep.Pipelines(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Guid>> ListEndedAsync(EndedQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.Validate();
        return _readers.RunAsync(reader => reader.Upkeep.Ended(query), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _idleTimer.DisposeAsync().ConfigureAwait(false);
        await _eraser.DisposeAsync().ConfigureAwait(false);
        _reserve.Dispose();
        await _loop.DisposeAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
        await _checkpointer.DisposeAsync().ConfigureAwait(false);
        _writer.Dispose();
    }

    /// <summary>Does what can wait for a quiet moment, unless this is none; the timer's work, and the tests'.</summary>
    internal void Rest() => _loop.TryRunIdle(() =>
    {
        Sweep();
        _checkpointer.Rest();
    });

    // Records that nobody writes after do not wait for the next write to go.
    private void Sweep()
    {
        try
        {
            _writer.Sweep();
        }
        catch (StoreUnavailableException)
        {
            // They count as absent anyway; the next write or the next turn of the timer removes them.
            try
            {
                _writer.Rollback();
            }
            catch (StoreUnavailableException)
            {
                // The next commit begins with an error of its own if the connection is beyond help.
            }
        }
    }
}
