using System.Text;

namespace Sightglass.Cli.DataFolder;

/// <summary>Where an owner listens. The system limits the path of a socket, not that of a folder: where the folder's path
/// is too long the socket stands in a folder of its own among the temporary files, and the lock file says where.</summary>
internal sealed class SocketPath : IDisposable
{
    private readonly string? _temporary;

    private SocketPath(string path, string? temporary)
    {
        Path = path;
        _temporary = temporary;
    }

    public string Path { get; }

    /// <summary>Chooses the path; the caller holds the folder's lock, so that what a dead owner left may go.</summary>
    public static SocketPath Choose(FolderPaths paths)
    {
        if (Encoding.UTF8.GetByteCount(paths.Socket) <= CliLimits.MaxSocketPath) return new SocketPath(paths.Socket, null);

        // Made with a random name for this user alone, so nobody can lay a socket of theirs in its place.
        var folder = Directory.CreateTempSubdirectory("sightglass-").FullName;
        if (Encoding.UTF8.GetByteCount(folder) > CliLimits.MaxSocketPath - 10)
        {
            Directory.Delete(folder);
            folder = ShortFolder();
        }

        return new SocketPath(System.IO.Path.Combine(folder, "s.sock"), folder);
    }

    public void Dispose()
    {
        try
        {
            File.Delete(Path);
            if (_temporary is not null) Directory.Delete(_temporary);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Of a path nobody listens on any more only the entry stays.
        }
    }

    private static string ShortFolder()
    {
        var name = "/tmp/sightglass-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N")[^12..];
        if (!OperatingSystem.IsWindows()) Directory.CreateDirectory(name, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return name;
    }
}
