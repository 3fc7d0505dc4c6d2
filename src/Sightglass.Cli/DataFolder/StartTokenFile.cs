using Sightglass.Cli.Commands;
using Sightglass.Server.Access;

namespace Sightglass.Cli.DataFolder;

/// <summary>The file that holds the token of a server on a shared machine: only its owner reads it.</summary>
internal static class StartTokenFile
{
    /// <summary>Writes a new token.</summary>
    /// <exception cref="CommandRefusedException">The file cannot be written.</exception>
    public static string Write(FolderPaths data)
    {
        var token = AccessOptions.NewStartToken();
        try
        {
            // Made anew: a file that is there may be open in another process, or have other rights.
            File.Delete(data.StartToken);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new StreamWriter(data.StartToken, options);
            file.WriteLine(token);
            return token;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"The start token cannot be written to '{data.StartToken}': {error.Message}", error);
        }
    }
}
