using Sightglass.Core.Ports;
using Sightglass.Sqlite.Database;
using SQLitePCL;

namespace Sightglass.Sqlite.Writing;

/// <summary>Copies the write-ahead log to the database without making commits wait.</summary>
/// <remarks>
/// A checkpoint in the background, on its own connection, does nearly all of the work. But while commits go on it never
/// reaches the end of the log, and only a log copied to its end starts over. So the holder of the baton copies the small
/// rest, between two commits. A copy is begun only where it fits onto the disk: one that fails halfway has taken the room
/// in which cancellations and the like could still be recorded.
/// </remarks>
internal sealed class Checkpointer : IAsyncDisposable
{
    private const int PageBytes = 4096;
    private const int FrameBytes = PageBytes + 24;

    // How many pages are written between two looks at the disk, and how much beyond what is owed has to be free.
    private const int LookPages = 64;
    private const long Margin = 2 * LookPages * FrameBytes;

    // Reads are short; one that is not must not hold up commits.
    private static readonly TimeSpan ReaderPatience = TimeSpan.FromMilliseconds(100);

    private readonly Connection _writer;
    private readonly Statement _pageCount;
    private readonly SqliteStoreOptions _options;
    private readonly DiskRoom _room;

    // Owned by the holder of the baton of the commit loop. Pages are counted as written: since the last background run
    // began (and when that one began), and since the log last started over.
    private Task<(int Log, int Copied)?>? _background;
    private int _pages;
    private int _pagesAtStart;
    private int _logPages;
    private int _pagesSinceLook;
    private bool _quiet;
    private bool _rested = true;

    // Owned by the background run; there is one at a time.
    private Connection? _connection;

    private long _done;
    private long _failed;

    public Checkpointer(Connection writer, SqliteStoreOptions options, DiskRoom room)
    {
        (_writer, _options, _room) = (writer, options, room);
        _pageCount = writer.Prepare("PRAGMA page_count");

        // What a process that died left in the log is owed too, at most all of it.
        var left = LogFileLength / FrameBytes;
        _room.Owed = left * PageBytes;
        _rested = left == 0;
    }

    private long LogFileLength => new FileInfo(_options.Path + "-wal") is { Exists: true } file ? file.Length : 0;

    public long Done => Volatile.Read(ref _done);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Counts what was written, starts a background run when it is time.</summary>
    /// <returns>Whether <see cref="Tend"/> has something to do that takes time.</returns>
    public bool NeedsWriter()
    {
        Count();
        if (_background is null && _pages >= _options.CheckpointPages) Start();
        return _background is { IsCompleted: true } || _logPages >= _options.MaxLogPages;
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
            _room.Owed = (long)left * PageBytes;

            // What is really in the log: it may not have started over when it could, because of a reader.
            _logPages = run.Log + _pages;
        }

        if (_logPages >= _options.MaxLogPages) Finish(raw.SQLITE_CHECKPOINT_RESTART);
        else if (left <= _options.FinishPages) Finish(raw.SQLITE_CHECKPOINT_PASSIVE);
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
        _room.Look();
        _rested = Finish(raw.SQLITE_CHECKPOINT_TRUNCATE);
        Look();
    }

    /// <summary>Sees to it that a commit leaves the room to copy the log; copies it now where that takes it.</summary>
    /// <param name="bytes">What is to be committed.</param>
    /// <returns>Whether there is room.</returns>
    public bool MakeRoom(long bytes)
    {
        Count();
        if (_pagesSinceLook >= LookPages) Look();
        if (Fits(bytes)) return true;
        Look();
        if (Fits(bytes)) return true;

        // A log that is copied keeps the size of its file for the next commits, and that room is wanted more now.
        if (!_rested || LogFileLength > 0) Shrink();
        return Fits(bytes);
    }

    /// <summary>Waits for a background run and empties the log. The caller has the baton for good.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_background is not null) await _background.ConfigureAwait(false);
        _connection?.Dispose();
        _room.Look();
        if (CanCopy()) Run(_writer, raw.SQLITE_CHECKPOINT_TRUNCATE);
    }

    private void Count()
    {
        var pages = _writer.TakePagesWritten();
        _pages += pages;
        _logPages += pages;
        _pagesSinceLook += pages;
        if (pages == 0) return;
        _room.Owed += (long)pages * PageBytes;
        _quiet = false;
        _rested = false;
    }

    private void Look()
    {
        _pagesSinceLook = 0;
        _room.Look();
    }

    // What the commit writes to the log, what copying it takes, and as much for what was written before.
    private bool Fits(long bytes) => _room.Free - ((long)_pagesSinceLook * FrameBytes) >= _room.Owed + (2 * bytes) + Margin;

    // Most copies write over what is there. Only the pages by which the database grows take room, and they are counted where
    // it could be short.
    private bool CanCopy()
    {
        if (_room.Free >= _room.Owed + Margin) return true;
        try
        {
            _pageCount.Step();
            var wanted = _pageCount.Int64(0) * PageBytes;
            _pageCount.Reset();
            return wanted - new FileInfo(_options.Path).Length <= _room.Free;
        }
        catch (Exception error) when (error is StoreUnavailableException or IOException)
        {
            // The commit meets it too, and says so.
            return false;
        }
    }

    // Copies the rest of the log. Where a reader stands in the way, the next attempt is a threshold away.
    private bool Finish(int mode)
    {
        if (!CanCopy()) return false;
        _writer.SetBusyTimeout(ReaderPatience);
        var end = Run(_writer, mode);
        if (end is { } known) _room.Owed = (long)(known.Log - known.Copied) * PageBytes;
        var finished = end is { } whole && whole.Copied == whole.Log;
        _writer.SetBusyTimeout(_options.BusyTimeout);
        _pages = 0;
        _logPages = finished ? 0 : Math.Max(0, _logPages - _options.CheckpointPages);
        return finished;
    }

    private void Start()
    {
        _pagesAtStart = _pages;
        _pages = 0;
        if (!CanCopy()) return;
        _background = Task.Run(() =>
        {
            try
            {
                _connection ??= DatabaseFile.OpenForCheckpoints(_options);
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
