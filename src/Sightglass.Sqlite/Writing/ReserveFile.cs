using Sightglass.Core.Ports;

namespace Sightglass.Sqlite.Writing;

/// <summary>Room on the disk that is kept for bad times: given back to the disk when it is full, so that what has to be
/// recorded still can be, and taken again when there is room.</summary>
internal sealed class ReserveFile(SqliteStoreOptions options, DiskRoom room) : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly string _path = options.Path + ".reserve";

    // Owned by _gate; the trouble is read by anyone.
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private bool _disposed;
    private volatile StoreTrouble? _trouble;

    public StoreTrouble? Trouble => _trouble;

    /// <summary>Gets or sets what is done before each look for room, such as to copy what waits to be copied.</summary>
    public Action? BeforeLook { get; set; }

    /// <summary>Takes the room when the store is opened.</summary>
    public void Fill()
    {
        if (options.ReserveBytes > 0 && !TryFill()) Miss($"The disk of \"{options.Path}\" is nearly full; free some space.");
    }

    /// <summary>Gives the room back to a disk that is full.</summary>
    public void Release(string message)
    {
        if (options.ReserveBytes == 0) return;
        try
        {
            File.Delete(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Then the commits that failed go on failing, and say so.
        }

        Miss(message);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _timer?.Dispose();
        }
    }

    private void Miss(string message)
    {
        lock (_gate)
        {
            if (_disposed) return;
            _trouble ??= new StoreTrouble("disk_full", message, options.TimeProvider.GetUtcNow());
            _timer ??= options.TimeProvider.CreateTimer(static state => ((ReserveFile)state!).Look(), this, LookEvery, LookEvery);
        }
    }

    private void Look()
    {
        BeforeLook?.Invoke();
        lock (_gate)
        {
            if (_disposed || !TryFill()) return;
            _trouble = null;
            _timer?.Dispose();
            _timer = null;
        }
    }

    // Only where as much again is left, and room to copy the log: else what is taken here would be missed at the next commit.
    private bool TryFill()
    {
        try
        {
            var file = new FileInfo(_path);
            if (file.Exists && file.Length >= options.ReserveBytes) return true;
            if (room.Look() < (2 * options.ReserveBytes) + room.Owed) return false;
            using var taken = File.OpenHandle(_path, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, options.ReserveBytes);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // A folder that cannot keep a reserve is used without one.
            return true;
        }
    }
}
