using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using Sightglass.Sqlite.Repair;
using SQLitePCL;

namespace Sightglass.Sqlite.Writing;

/// <summary>Group commit without a timer: who finds no commit under way commits; who comes meanwhile waits for the next.</summary>
/// <remarks>
/// The right to use the writing connection is a baton. An append that finds it free commits itself, on its own thread;
/// then a work item of the thread pool serves those that came meanwhile, until none waits.
/// </remarks>
internal sealed class CommitLoop : IThreadPoolWorkItem, IAsyncDisposable
{
    private readonly int _maxBatchBytes;
    private readonly string _path;

    // Owned by _gate.
    private readonly Lock _gate = new();
    private readonly WriteQueue _queue;
    private readonly Stack<PendingWrite> _pool = [];
    private bool _baton;
    private bool _closed;
    private TaskCompletionSource? _drained;

    // Owned by the holder of the baton; the counters are read by anyone.
    private readonly LogWriter _writer;
    private readonly Checkpointer _checkpointer;
    private readonly ReserveFile _reserve;
    private readonly List<PendingWrite> _batch = [];
    private long _commits;
    private long _appends;

    public CommitLoop(LogWriter writer, Checkpointer checkpointer, ReserveFile reserve, SqliteStoreOptions options)
    {
        _writer = writer;
        _checkpointer = checkpointer;
        _reserve = reserve;
        _path = options.Path;
        _maxBatchBytes = options.MaxCommitBytes;
        _queue = new WriteQueue(options.MaxWaiting);
    }

    public SqliteStoreCounters Counters
    {
        get
        {
            int waiting;
            lock (_gate) waiting = _queue.Count;
            return new SqliteStoreCounters(Volatile.Read(ref _commits), Volatile.Read(ref _appends), waiting, _checkpointer.Done, _checkpointer.Failed);
        }
    }

    public bool Committing
    {
        get
        {
            lock (_gate) return _baton;
        }
    }

    /// <summary>Runs a piece of work on the writing connection, as part of a commit. It has to be short.</summary>
    public ValueTask<AppendOutcome> WriteAsync(Func<AppendOutcome> job, CancellationToken cancellationToken) =>
        WriteAsync(Guid.Empty, null, null, job, cancellationToken);

    /// <summary>Writes an append, records alone, or, where neither is given, a claim of the execution.</summary>
    public ValueTask<AppendOutcome> WriteAsync(
        Guid executionId, Append? append, IReadOnlyList<RecordWrite>? records, CancellationToken cancellationToken) =>
        WriteAsync(executionId, append, records, null, cancellationToken);

    private ValueTask<AppendOutcome> WriteAsync(
        Guid executionId, Append? append, IReadOnlyList<RecordWrite>? records, Func<AppendOutcome>? job, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        PendingWrite write;
        bool mine;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(SqliteEventStore));
            write = _pool.TryPop(out var pooled) ? pooled : new PendingWrite(this);
            write.Set(executionId, append, records, job);
            mine = !_baton;
            _baton = true;
            if (mine) write.State = WriteState.Taken;
            else if (!cancellationToken.CanBeCanceled) _queue.Add(write);
        }

        if (mine) return CommitMine(write);
        if (cancellationToken.CanBeCanceled) return WaitCancellable(write, cancellationToken);
        return new ValueTask<AppendOutcome>(write, write.Version);
    }

    /// <summary>Runs work on the writing connection if nobody uses it now.</summary>
    /// <returns>Whether it ran.</returns>
    public bool TryRunIdle(Action work)
    {
        lock (_gate)
        {
            if (_baton || _closed) return false;
            _baton = true;
        }

        try
        {
            work();
        }
        finally
        {
            PassOn();
        }

        return true;
    }

    public void Return(PendingWrite write)
    {
        write.Clear();
        lock (_gate)
        {
            if (_pool.Count < SqliteLimits.MaxPooledWrites) _pool.Push(write);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            _checkpointer.Tend();
            lock (_gate)
            {
                _queue.Take(_batch, _maxBatchBytes);
                if (_batch.Count == 0)
                {
                    Release();
                    return;
                }
            }

            var error = Commit();
            foreach (var write in _batch)
            {
                if (error is null) write.Succeed();
                else write.Fail(Copy(error));
            }

            _batch.Clear();
        }
    }

    /// <summary>Completes what waits, then lets nothing in any more.</summary>
    public async ValueTask DisposeAsync()
    {
        Task drained;
        lock (_gate)
        {
            _closed = true;
            if (!_baton) return;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            drained = _drained.Task;
        }

        await drained.ConfigureAwait(false);
    }

    private ValueTask<AppendOutcome> CommitMine(PendingWrite write)
    {
        _batch.Add(write);
        var error = Commit();
        _batch.Clear();
        var outcome = write.Outcome;
        Return(write);
        PassOn();
        if (error is null) return new ValueTask<AppendOutcome>(outcome);
        return ValueTask.FromException<AppendOutcome>(error);
    }

    private ValueTask<AppendOutcome> WaitCancellable(PendingWrite write, CancellationToken cancellationToken)
    {
        // Registered outside the lock, because a token cancelled just now runs the callback here and now.
        var registration = cancellationToken.UnsafeRegister(static (state, token) => ((PendingWrite)state!).Cancel(token), write);
        bool mine;
        lock (_gate)
        {
            write.Registration = registration;
            if (_closed && write.State == WriteState.New)
            {
                write.State = WriteState.Cancelled;
                write.Fail(new ObjectDisposedException(nameof(SqliteEventStore)));
            }

            if (write.State == WriteState.Cancelled) return new ValueTask<AppendOutcome>(write, write.Version);
            mine = !_baton;
            _baton = true;
            if (mine) write.State = WriteState.Taken;
            else _queue.Add(write);
        }

        if (!mine) return new ValueTask<AppendOutcome>(write, write.Version);
        registration.Dispose();
        return CommitMine(write);
    }

    /// <summary>Called by a token: takes the write out unless a commit has it already.</summary>
    public void Cancel(PendingWrite write, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (write.State is WriteState.Taken or WriteState.Cancelled) return;
            if (write.State == WriteState.Waiting) _queue.Remove(write);
            write.State = WriteState.Cancelled;
        }

        write.Fail(new OperationCanceledException(cancellationToken));
    }

    // All of the batch or nothing. Results are given out by the caller, after the connection is in order again.
    private Exception? Commit()
    {
        try
        {
            MakeRoom();
            _writer.Begin();
            foreach (var write in _batch)
            {
                write.Outcome = write.Append is { } append ? _writer.Apply(append)
                    : write.Records is { } records ? _writer.Apply(records)
                    : write.Job is { } job ? job()
                    : new AppendOutcome(AppendStatus.Appended, _writer.Claim(write.ExecutionId), 0);
            }

            // Not from what is kept in reserve, which is meant for decisions.
            if (_reserve.Trouble is null) _writer.Search.IndexIfDue();
            _writer.Commit();
            Volatile.Write(ref _commits, _commits + 1);
            Volatile.Write(ref _appends, _appends + _batch.Count);
            return null;
        }
        catch (Exception error)
        {
            if (error is StoreUnavailableException { Code: "database_damaged" }) StartCheck.Suspect(_path, error.Message);
            try
            {
                _writer.Rollback();
            }
            catch (StoreUnavailableException)
            {
                // The first error says more. The next commit begins with an error of its own if the connection is beyond help.
            }

            if (error is StoreUnavailableException { Code: "disk_full" })
            {
                _reserve.Release(error.Message);
                _checkpointer.Shrink();
            }

            return error;
        }
    }

    // What goes to the log has to be copied later: where there would be no room for that, it is refused while there still
    // is. What the reserve gave back is there to be used up.
    private void MakeRoom()
    {
        long bytes = 0;
        foreach (var write in _batch) bytes += write.Size;
        if (!_checkpointer.MakeRoom(bytes) && _reserve.Trouble is null)
            throw SqliteErrors.Create(raw.SQLITE_FULL, _path, "no room is left to copy the write-ahead log");
    }

    // After a commit of one's own: others are served by the pool, and so is a checkpoint, lest this caller pays for it.
    private void PassOn()
    {
        var tend = _checkpointer.NeedsWriter();
        lock (_gate)
        {
            if (_queue.Count == 0 && !tend)
            {
                Release();
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Release()
    {
        _baton = false;
        if (_closed) _drained?.TrySetResult();
    }

    // Each waiter throws its own exception: one thrown on many threads would mix their stack traces.
    private static Exception Copy(Exception error) =>
        error is StoreUnavailableException known ? new StoreUnavailableException(known.Code, known.Message, known) : error;
}
