namespace Sightglass.Sqlite;

/// <summary>Settings of <see cref="SqliteEventStore"/>.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>Gets the path of the database file; it and its folder are created where missing.</summary>
    public required string Path { get; init; }

    /// <summary>Gets what a completed append survives.</summary>
    /// <value><see cref="SqliteDurability.Full"/>.</value>
    public SqliteDurability Durability { get; init; } = SqliteDurability.Full;

    /// <summary>Gets how many bytes one commit takes at most, 1 or more; a single larger append is committed alone.</summary>
    /// <value>262144 bytes (256 KiB).</value>
    public int MaxCommitBytes { get; init; } = 256 * 1024;

    /// <summary>Gets how many appends are put in order of urgency while they wait; later ones stand in line behind them,
    /// first come, first served. 1 or more.</summary>
    /// <value>4096.</value>
    public int MaxWaiting { get; init; } = 4096;

    /// <summary>Gets how many reads run at the same time, each on its own connection; further ones wait. 1 to 64.</summary>
    /// <value>4.</value>
    public int Readers { get; init; } = 4;

    /// <summary>Gets the page cache of the writing connection, 100 or more.</summary>
    /// <value>16384 KiB.</value>
    public int WriterCacheKiB { get; init; } = 16 * 1024;

    /// <summary>Gets the page cache of each reading connection, 100 or more.</summary>
    /// <value>4096 KiB.</value>
    public int ReaderCacheKiB { get; init; } = 4 * 1024;

    /// <summary>Gets how many executions the writer knows the keys of; beyond that it forgets and looks them up anew. 1 or more.</summary>
    /// <value>16384.</value>
    public int MaxKnownExecutions { get; init; } = 16 * 1024;

    /// <summary>Gets after how many pages written to the write-ahead log they are copied to the database in the background. 1 or more.</summary>
    /// <value>4000 pages (16 MiB).</value>
    public int CheckpointPages { get; init; } = 4000;

    /// <summary>Gets how many pages may be left to copy when the writer pauses to finish a checkpoint, so that the
    /// write-ahead log starts over; 1 or more.</summary>
    /// <value>256 pages (1 MiB).</value>
    public int FinishPages { get; init; } = 256;

    /// <summary>Gets at how many pages of write-ahead log commits wait until a checkpoint is finished and
    /// the log can start over, which long reads can delay; at least <see cref="CheckpointPages"/>.</summary>
    /// <value>32000 pages (125 MiB).</value>
    public int MaxLogPages { get; init; } = 32_000;

    /// <summary>Gets the size to which the write-ahead log's file is cut when it starts over; 0 or more.</summary>
    /// <value>67108864 bytes (64 MiB).</value>
    public long LogFileBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Gets after how long without a commit all of the write-ahead log is copied to the database.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets how long to wait for another process that has locked the database.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the size of the file that is given back to a full disk, so that cancellations and the like can still be
    /// committed; 0 for none.</summary>
    /// <value>8388608 bytes (8 MiB).</value>
    public long ReserveBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Gets how long the database is checked for damage when it is opened after it was closed well; 0 for not at
    /// all. Where damage was met before, all of it is checked, however long that takes.</summary>
    /// <value>50 milliseconds.</value>
    public TimeSpan StartCheck { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Gets how long it is checked when the process before ended without closing it.</summary>
    /// <value>1 second.</value>
    public TimeSpan StartCheckAfterCrash { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets what is told of damage that was found and mended when the database was opened. The damaged file is kept.</summary>
    /// <value>Nothing is told.</value>
    public Action<DamageReport>? OnDamage { get; init; }

    /// <summary>Gets the clock of <see cref="IdleAfter"/>.</summary>
    /// <value><see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets the size of the database in pages at which the disk counts as full, for tests.</summary>
    internal int? MaxPages { get; init; }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Path);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxCommitBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxWaiting, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Readers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Readers, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(WriterCacheKiB, 100);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReaderCacheKiB, 100);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxKnownExecutions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(CheckpointPages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(FinishPages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxLogPages, CheckpointPages);
        ArgumentOutOfRangeException.ThrowIfNegative(LogFileBytes);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(BusyTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BusyTimeout, TimeSpan.FromHours(1));
        ArgumentOutOfRangeException.ThrowIfNegative(ReserveBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(StartCheck, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(StartCheckAfterCrash, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }
}
