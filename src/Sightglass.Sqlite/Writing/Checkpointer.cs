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
    // Reads are short; one that is not must not hold up commits.
    private static readonly TimeSpan ReaderPatience = TimeSpan.FromMilliseconds(100);

    // Owned by the holder of the baton of the commit loop. Pages are counted as written: since the last background run
    // began (and when that one began), and since the log last started over.
    private Task<(int Log, int Copied)?>? _background;
    private int _pages;
    private int _pagesAtStart;
    private int _logPages;
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
        return _background is { IsCompleted: true } || _logPages >= options.MaxLogPages;
    }

    /// <summary>Does what is due.</summary>
    public void Tend()
    {
        if (!NeedsWriter()) return;

        // Beyond the limit commits wait for the run under way: that is what bounds the log.
        var result = _background?.GetAwaiter().GetResult();
        _background = null;
        var left = int.MaxValue;
        if (result is { } run)
        {
            left = run.Log - run.Copied + _pages;

            // What is really in the log: it may not have started over when it could, because of a reader.
            _logPages = run.Log + _pages;
        }

        if (_logPages >= options.MaxLogPages) Finish(raw.SQLITE_CHECKPOINT_RESTART);
        else if (left <= options.FinishPages) Finish(raw.SQLITE_CHECKPOINT_PASSIVE);
        else if (left < _pagesAtStart)
        {
            // The run gained on the writer: the next has less to do, and soon the rest is small.
            _pages = left;
            Start();
        }
    }

    /// <summary>Called from time to time: copies all of the log if nothing was written since the last call, so that it starts
    /// over. Its file keeps its size, which the next commits use.</summary>
    public void Rest()
    {
        Count();
        var quiet = _quiet;
        _quiet = true;
        if (_rested || !quiet || _background is { IsCompleted: false }) return;
        _background = null;

        _rested = Finish(raw.SQLITE_CHECKPOINT_PASSIVE);
    }

    /// <summary>Empties the log and gives its room back: the disk is full, and the log may have most of it.</summary>
    public void Shrink()
    {
        Count();
        _background?.GetAwaiter().GetResult();
        _background = null;
        _rested = Finish(raw.SQLITE_CHECKPOINT_TRUNCATE);
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
        _logPages += pages;
        if (pages == 0) return;
        _quiet = false;
        _rested = false;
    }

    // Copies the rest of the log. Where a reader stands in the way, the next attempt is a threshold away.
    private bool Finish(int mode)
    {
        writer.SetBusyTimeout(ReaderPatience);
        var finished = Run(writer, mode) is { } end && end.Copied == end.Log;
        writer.SetBusyTimeout(options.BusyTimeout);
        _pages = 0;
        _logPages = finished ? 0 : Math.Max(0, _logPages - options.CheckpointPages);
        return finished;
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
