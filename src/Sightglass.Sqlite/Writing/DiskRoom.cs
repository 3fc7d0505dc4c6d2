namespace Sightglass.Sqlite.Writing;

/// <summary>The room on the disk, and how much of it is owed: what is in the write-ahead log and not in the database yet has
/// to be copied there, and a log that has taken the whole disk could not be.</summary>
internal sealed class DiskRoom
{
    private readonly string _path;
    private long _free;
    private long _owed;

    public DiskRoom(string path)
    {
        _path = Path.GetFullPath(path);
        Look();
    }

    /// <summary>Gets the free bytes as the last look found them; <see cref="Unknown"/> where the system does not tell.</summary>
    public long Free => Volatile.Read(ref _free);

    /// <summary>Gets or sets how many bytes a copy of the log takes at most; set by the holder of the baton.</summary>
    public long Owed
    {
        get => Volatile.Read(ref _owed);
        set => Volatile.Write(ref _owed, value);
    }

    /// <summary>What a disk counts as whose room nobody knows: more than anything that is compared with it.</summary>
    public const long Unknown = long.MaxValue / 2;

    /// <summary>Asks the system, which takes about a microsecond.</summary>
    public long Look()
    {
        long free;
        try
        {
            free = new DriveInfo(_path).AvailableFreeSpace;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            free = Unknown;
        }

        Volatile.Write(ref _free, free);
        return free;
    }
}
