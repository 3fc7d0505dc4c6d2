using System.CommandLine;
using Sightglass.Cli.DataFolder;
using Sightglass.Sqlite;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass backup</c>.</summary>
internal static class BackupCommand
{
    public const string Examples = """
        sightglass backup ~/backups/sightglass-monday.db  also while a server runs
        """;

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "Where the copy is to be; there must be no such file yet." };
        var command = new Command("backup", "Copy the database as it is at this moment, also while a server or a run has it.") { file };
        command.SetAction(parsed => Backup(FolderPaths.Of(parsed.GetValue(CommonOptions.Data)), Path.GetFullPath(parsed.GetRequiredValue(file))));
        return command;
    }

    private static int Backup(FolderPaths data, string target)
    {
        if (!File.Exists(data.Database)) throw new CommandRefusedException(ExitCodes.Unavailable, $"There is no database in '{data.Folder}'; name another folder with --data.");
        if (Path.Exists(target)) throw new CommandRefusedException(ExitCodes.Invalid, $"'{target}' exists already; name a new file.");
        if (!Directory.Exists(Path.GetDirectoryName(target))) throw new CommandRefusedException(ExitCodes.Invalid, $"There is no folder '{Path.GetDirectoryName(target)}'; create it first.");
        SqliteBackup.Copy(data.Database, target);
        StandardStreams.Open().Out.WriteLine($"Copied to {target}. To go back to it, put it in the place of {data.Database} while nothing runs.");
        return ExitCodes.Success;
    }
}
