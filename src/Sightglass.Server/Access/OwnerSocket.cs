using System.Net.Sockets;

namespace Sightglass.Server.Access;

/// <summary>A Unix socket that only the owner of the process can open.</summary>
internal static class OwnerSocket
{
    /// <summary>Makes room for the socket: a file that a dead process left is removed, one that answers is not.</summary>
    /// <exception cref="ServerStartException">The path cannot be used.</exception>
    public static void Prepare(string path)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(path) > ServerLimits.MaxSocketPath)
            throw new ServerStartException("socket_unusable", $"The path '{path}' is too long for a Unix socket ({ServerLimits.MaxSocketPath} bytes); use a shorter data folder.");
        if (!File.Exists(path)) return;
        if (IsOrdinary(path)) throw new ServerStartException("socket_unusable", $"'{path}' is a file and no socket; name another path for the socket.");
        if (Answers(path)) throw new ServerStartException("socket_in_use", $"Another server listens on '{path}'; stop it or use another data folder.");
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException("socket_unusable", $"The file '{path}' is in the way and cannot be removed: {e.Message}", e);
        }
    }

    /// <summary>Binds a socket, readable and writable for its owner alone before anybody can connect to it.</summary>
    public static Socket Bind(UnixDomainSocketEndPoint endPoint)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endPoint);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(endPoint.ToString(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Only a file can be opened; a socket cannot, and it alone may be removed.
    private static bool IsOrdinary(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
    }

    private static bool Answers(string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
