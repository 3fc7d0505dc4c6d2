using Sightglass.Cli.Commands;

namespace Sightglass.Cli.DataFolder;

/// <summary>The exclusive lock on a data folder. The system lets go of it when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;
    private readonly FolderPaths _paths;

    private FolderLock(FileStream file, FolderPaths paths)
    {
        _file = file;
        _paths = paths;
    }

    /// <summary>Takes the lock.</summary>
    /// <returns><see langword="null"/> where another process has it.</returns>
    public static FolderLock? TryTake(FolderPaths paths, string verb)
    {
        try
        {
            var taken = new FolderLock(new FileStream(paths.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0), paths);
            taken.Announce(new FolderOwner(Environment.ProcessId, verb, null, null));
            return taken;
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or PathTooLongException) && File.Exists(paths.Lock))
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"The data folder '{paths.Folder}' cannot be written: {error.Message} Mend its rights or choose another with --data.", error);
        }
    }

    /// <summary>Says who has the folder and where it listens.</summary>
    public void Announce(FolderOwner owner)
    {
        // By a rename, so that a reader never sees half of it.
        var draft = _paths.Owner + ".new";
        File.WriteAllBytes(draft, owner.ToJson());
        File.Move(draft, _paths.Owner, overwrite: true);
    }

    public void Dispose()
    {
        // The lock file itself stays: another process may have it open, and would then hold a lock that nobody else sees.
        if (!_file.SafeFileHandle.IsClosed) File.Delete(_paths.Owner);
        _file.Dispose();
    }
}
