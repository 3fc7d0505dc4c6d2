using Sightglass.Cli.Commands;

namespace Sightglass.Cli.DataFolder;

/// <summary>Where a data folder keeps what.</summary>
internal sealed record FolderPaths(string Folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Database => Path.Combine(Folder, "sightglass.db");

    public string Lock => Path.Combine(Folder, "lock");

    public string Owner => Path.Combine(Folder, "owner.json");

    public string Socket => Path.Combine(Folder, "sightglass.sock");

    /// <summary>Gets the file of the processes that stages run now.</summary>
    public string Processes => Path.Combine(Folder, "processes");

    /// <summary>Gets the file of the token that a server on a shared machine asks for.</summary>
    public string StartToken => Path.Combine(Folder, "start-token");

    public string Secrets => Path.Combine(Folder, "secrets.env");

    /// <summary>Gets the option that leads another command to this folder; empty where it finds it by itself.</summary>
    public string Option => Folder == Path.GetFullPath(".sightglass") ? "" : $" --data {(Folder.Contains(' ', StringComparison.Ordinal) ? $"'{Folder}'" : Folder)}";

    /// <summary>Gets the folder that the option names, else the environment, else <c>.sightglass</c> here.</summary>
    public static FolderPaths Of(string? option)
    {
        var chosen = option ?? Environment.GetEnvironmentVariable("SIGHTGLASS_DATA");
        return new FolderPaths(Path.GetFullPath(string.IsNullOrEmpty(chosen) ? ".sightglass" : chosen));
    }

    /// <summary>Creates the folder for its owner alone; one that exists is left as it is.</summary>
    public void Create()
    {
        try
        {
            if (Directory.Exists(Folder)) return;
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Folder);
            else Directory.CreateDirectory(Folder, OwnerOnly);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"The data folder '{Folder}' cannot be created: {error.Message} Choose another with --data.", error);
        }
    }
}
