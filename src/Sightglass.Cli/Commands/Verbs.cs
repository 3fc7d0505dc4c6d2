using System.CommandLine;
using System.CommandLine.Parsing;

namespace Sightglass.Cli.Commands;

/// <summary>Every verb.</summary>
internal static class Verbs
{
    public static IReadOnlyList<Verb> All { get; } =
    [
        new("run", VerbPlace.Anywhere, RunCommand.Create, RunCommand.Examples),
        new("serve", VerbPlace.Folder, ServeCommand.Create, ServeCommand.Examples),
        new("init", VerbPlace.Here, InitCommand.Create, InitCommand.Examples),
        new("validate", VerbPlace.Anywhere, ValidateCommand.Create, ValidateCommand.Examples),
        new("push", VerbPlace.Anywhere, PushCommand.Create, PushCommand.Examples),
        new("graph", VerbPlace.Anywhere, GraphCommand.Create, GraphCommand.Examples),
        new("list", VerbPlace.Anywhere, ListCommands.CreateList, ListCommands.ListExamples),
        new("history", VerbPlace.Anywhere, ListCommands.CreateHistory, ListCommands.HistoryExamples),
        new("show", VerbPlace.Anywhere, WatchCommands.CreateShow, WatchCommands.ShowExamples),
        new("logs", VerbPlace.Anywhere, WatchCommands.CreateLogs, WatchCommands.LogsExamples),
        new("events", VerbPlace.Anywhere, WatchCommands.CreateEvents, WatchCommands.EventsExamples),
        new("watch", VerbPlace.Anywhere, WatchCommand.Create, WatchCommand.Examples),
        new("tail", VerbPlace.Anywhere, TailCommand.Create, TailCommand.Examples),
        new("cancel", VerbPlace.Anywhere, CommandVerbs.CreateCancel, CommandVerbs.CancelExamples),
        new("pause", VerbPlace.Anywhere, CommandVerbs.CreatePause, CommandVerbs.PauseExamples),
        new("resume", VerbPlace.Anywhere, CommandVerbs.CreateResume, CommandVerbs.PauseExamples),
        new("retry", VerbPlace.Anywhere, CommandVerbs.CreateRetry, CommandVerbs.RetryExamples),
        new("approve", VerbPlace.Anywhere, CommandVerbs.CreateApprove, CommandVerbs.ApproveExamples),
        new("reject", VerbPlace.Anywhere, CommandVerbs.CreateReject, CommandVerbs.ApproveExamples),
        new("compare", VerbPlace.Anywhere, CompareCommand.Create, CompareCommand.Examples),
        new("export", VerbPlace.Anywhere, TransferCommands.CreateExport, TransferCommands.ExportExamples),
        new("import", VerbPlace.Anywhere, TransferCommands.CreateImport, TransferCommands.ImportExamples),
        new("delete", VerbPlace.Anywhere, DeleteCommand.Create, DeleteCommand.Examples),
        new("check", VerbPlace.Folder, CheckCommand.Create, CheckCommand.Examples),
        new("backup", VerbPlace.Folder, BackupCommand.Create, BackupCommand.Examples),
        new("emit", VerbPlace.Anywhere, EmitCommand.Create, EmitCommand.Examples),
        new("schedules", VerbPlace.Anywhere, ScheduleCommands.Create, ScheduleCommands.Examples),
        new("queue", VerbPlace.Anywhere, QueueCommand.Create, QueueCommand.Examples),
        new("webhooks", VerbPlace.Anywhere, WebhookCommands.Create, WebhookCommands.Examples),
        new("openapi", VerbPlace.Anywhere, OpenApiCommand.Create, OpenApiCommand.Examples),
        new("users", VerbPlace.Anywhere, UserCommands.Create, UserCommands.Examples),
        new("tokens", VerbPlace.Anywhere, TokenCommands.Create, TokenCommands.Examples),
        new("completion", VerbPlace.Here, CompletionCommand.Create, CompletionCommand.Examples),
        new("eval", VerbPlace.Here, EvalCommand.Create, EvalCommand.Examples),
    ];

    /// <summary>Finds the verb that a command belongs to; <see langword="null"/> for the root, which serves.</summary>
    public static Verb? Of(CommandResult result)
    {
        var command = result;
        while (command.Parent is CommandResult { Command: not RootCommand } parent) command = parent;
        return All.FirstOrDefault(v => v.Name == command.Command.Name);
    }
}
