using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using SQLitePCL;

namespace Sightglass.Sqlite.Writing;

/// <summary>Copies the write-ahead log to the database without making commits wait.</summary>
/// <remarks>
/// A checkpoint in the background, on its own connection, does nearly all of the work. But while commits go on it never
/// reaches the end of the log, and only a log copied to its end starts over. So the holder of the baton copies the small
/// rest, between two commits.
/// </remarks>
internal sealed class Checkpointer(Connection writer, SqliteStoreOptions options) : IAsyncDisposable
{
    // Owned by the holder of the baton of the commit loop.
    private Task<(int Log, int Copied)?>? _background;
    private int _pages;
    private int _pagesAtStart;
    private bool _quiet;
    private bool _rested = true;

    // Owned by the background run; there is one at a time.
    private Connection? _connection;

    private long _done;
    private long _failed;

    public long Done => Volatile.Read(ref _done);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Counts what was written, starts a background run when it is time.</summary>
    /// <returns>Whether <see cref="Tend"/> has something to do that takes time.</returns>
    public bool NeedsWriter()
    {
        Count();
        if (_background is null && _pages >= options.CheckpointPages) Start();
        return _background is { IsCompleted: true };
    }

    /// <summary>Does what is due.</summary>
    public void Tend()
    {
        if (!NeedsWriter()) return;
        var result = _background!.Result;
        _background = null;
        if (result is not { } run) return;
        var left = run.Log - run.Copied + _pages;
        if (left <= options.FinishPages || run.Log + _pages > options.MaxLogPages)
        {
            Run(writer, raw.SQLITE_CHECKPOINT_PASSIVE);
            _pages = 0;
        }
        else if (left < _pagesAtStart)
        {
            // The run gained on the writer: the next has less to do, and soon the rest is small.
            _pages = left;
            Start();
        }
    }

    /// <summary>Called from time to time: empties the log if nothing was written since the last call.</summary>
    public void Rest()
    {
        Count();
        var quiet = _quiet;
        _quiet = true;
        if (_rested || !quiet || _background is { IsCompleted: false }) return;
        _background = null;

        // Readers are not waited for: the next call tries again.
        writer.SetBusyTimeout(TimeSpan.Zero);
        if (Run(writer, raw.SQLITE_CHECKPOINT_TRUNCATE) is not null)
        {
            _rested = true;
            _pages = 0;
        }

        writer.SetBusyTimeout(options.BusyTimeout);
    }

    /// <summary>Waits for a background run and empties the log. The caller has the baton for good.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_background is not null) await _background.ConfigureAwait(false);
        _connection?.Dispose();
        Run(writer, raw.SQLITE_CHECKPOINT_TRUNCATE);
    }

    private void Count()
    {
        var pages = writer.TakePagesWritten();
        _pages += pages;
        if (pages == 0) return;
        _quiet = false;
        _rested = false;
    }

    private void Start()
    {
        _pagesAtStart = _pages;
        _pages = 0;
        _background = Task.Run(() =>
        {
            try
            {
                _connection ??= DatabaseFile.OpenForCheckpoints(options);
            }
            catch (StoreUnavailableException)
            {
                Interlocked.Increment(ref _failed);
                return null;
            }

            return Run(_connection, raw.SQLITE_CHECKPOINT_PASSIVE);
        });
    }

    // A failure hurts nobody: all is in the log, and the next threshold tries again. A full disk shows at the commits.
    private (int Log, int Copied)? Run(Connection connection, int mode)
    {
        try
        {
            var result = connection.Checkpoint(mode);
            if (result is not null) Interlocked.Increment(ref _done);
            return result;
        }
        catch (StoreUnavailableException)
        {
            Interlocked.Increment(ref _failed);
            return null;
        }
    }
}
