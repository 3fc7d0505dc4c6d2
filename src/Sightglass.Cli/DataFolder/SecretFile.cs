using Sightglass.Cli.Commands;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Cli.DataFolder;

/// <summary>Reads the secrets of a data folder and of the environment.</summary>
internal static class SecretFile
{
    public static SecretSource Load(FolderPaths paths)
    {
        try
        {
            return SecretSource.Load(paths.Secrets);
        }
        catch (Exception error) when (error is SecretFileException or IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, error.Message, error);
        }
    }
}
