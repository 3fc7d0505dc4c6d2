using Sightglass.Cli.Commands;

namespace Sightglass.Cli.DataFolder;

/// <summary>The exclusive lock on a data folder. The system lets go of it when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <returns><see langword="null"/> where another process has it.</returns>
    public static FolderLock? TryTake(FolderPaths paths, string verb)
    {
        FileStream file;
        try
        {
            // On Unix "None" is an exclusive flock that readers who share everything pass by; Windows would keep readers out.
            var share = OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None;
            file = new FileStream(paths.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, 0);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or DirectoryNotFoundException or PathTooLongException)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"The data folder '{paths.Folder}' cannot be written: {error.Message} Mend its rights or choose another with --data.", error);
        }
        catch (IOException error)
        {
            if (FolderOwner.Read(paths.Lock) is not null || File.Exists(paths.Lock)) return null;
            throw new CommandRefusedException(ExitCodes.Unavailable, $"The data folder '{paths.Folder}' cannot be written: {error.Message} Choose another with --data.", error);
        }

        var taken = new FolderLock(file);
        taken.Announce(new FolderOwner(Environment.ProcessId, verb, null, null));
        return taken;
    }

    /// <summary>Says who has the folder and where it listens.</summary>
    public void Announce(FolderOwner owner)
    {
        var bytes = owner.ToJson();
        RandomAccess.Write(_file.SafeFileHandle, bytes, 0);
        RandomAccess.SetLength(_file.SafeFileHandle, bytes.Length);
    }

    public void Dispose()
    {
        // Emptied, so that nobody is told of an owner that has gone; never removed, since another may have it open.
        if (!_file.SafeFileHandle.IsClosed) RandomAccess.SetLength(_file.SafeFileHandle, 0);
        _file.Dispose();
    }
}
