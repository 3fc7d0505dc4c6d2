using System.CommandLine;
using Sightglass.Cli.DataFolder;
using Sightglass.Sqlite;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass check</c>.</summary>
internal static class CheckCommand
{
    public const string Examples = """
        sightglass check                                  read everything and name what is damaged
        sightglass check --repair                         save what is whole; the damaged file is kept
        """;

    public static Command Create()
    {
        var repair = new Option<bool>("--repair") { Description = "Save what is whole into a new database and keep the damaged file beside it." };
        var command = new Command("check", "Read the whole database and say what is damaged. Nothing else may have the data folder meanwhile.") { repair };
        command.SetAction(parsed => Check(FolderPaths.Of(parsed.GetValue(CommonOptions.Data)), parsed.GetValue(repair)));
        return command;
    }

    private static int Check(FolderPaths data, bool repair)
    {
        if (!File.Exists(data.Database)) throw new CommandRefusedException(ExitCodes.Unavailable, $"There is no database in '{data.Folder}'; name another folder with --data.");
        using var folderLock = FolderLock.TryTake(data, "check") ?? throw FolderOwner.Refusal(data);
        var options = new SqliteStoreOptions { Path = data.Database };
        var report = repair ? SqliteRepair.Repair(options) : SqliteRepair.Check(options);
        StandardStreams.Open().Out.WriteLine(report.ToString());
        return report.IsSound || report.KeptAt is not null ? ExitCodes.Success : ExitCodes.Failed;
    }
}
