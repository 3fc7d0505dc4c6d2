using System.CommandLine;

namespace Sightglass.Cli.Commands;

/// <summary>Every verb: its name, what builds it and what its help shows.</summary>
internal static class Verbs
{
    public static IReadOnlyList<(string Name, Func<Command> Create, string Examples)> All { get; } =
    [
        ("run", RunCommand.Create, RunCommand.Examples),
        ("serve", ServeCommand.Create, ServeCommand.Examples),
        ("init", InitCommand.Create, InitCommand.Examples),
        ("validate", ValidateCommand.Create, ValidateCommand.Examples),
        ("graph", GraphCommand.Create, GraphCommand.Examples),
        ("list", ListCommands.CreateList, ListCommands.ListExamples),
        ("history", ListCommands.CreateHistory, ListCommands.HistoryExamples),
        ("show", WatchCommands.CreateShow, WatchCommands.ShowExamples),
        ("logs", WatchCommands.CreateLogs, WatchCommands.LogsExamples),
        ("events", WatchCommands.CreateEvents, WatchCommands.EventsExamples),
        ("cancel", CommandVerbs.CreateCancel, CommandVerbs.CancelExamples),
        ("pause", CommandVerbs.CreatePause, CommandVerbs.PauseExamples),
        ("resume", CommandVerbs.CreateResume, CommandVerbs.PauseExamples),
        ("retry", CommandVerbs.CreateRetry, CommandVerbs.RetryExamples),
        ("approve", CommandVerbs.CreateApprove, CommandVerbs.ApproveExamples),
        ("reject", CommandVerbs.CreateReject, CommandVerbs.ApproveExamples),
        ("delete", DeleteCommand.Create, DeleteCommand.Examples),
        ("check", CheckCommand.Create, CheckCommand.Examples),
        ("backup", BackupCommand.Create, BackupCommand.Examples),
        ("emit", EmitCommand.Create, EmitCommand.Examples),
        ("schedules", ScheduleCommands.Create, ScheduleCommands.Examples),
        ("webhooks", WebhookCommands.Create, WebhookCommands.Examples),
        ("openapi", OpenApiCommand.Create, OpenApiCommand.Examples),
        ("users", UserCommands.Create, UserCommands.Examples),
        ("tokens", TokenCommands.Create, TokenCommands.Examples),
        ("eval", EvalCommand.Create, EvalCommand.Examples),
    ];
}
