using System.CommandLine;
using Sightglass.Cli.Client;
using Sightglass.Cli.DataFolder;
using Sightglass.Cli.Hosting;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass run</c>: one pipeline, watched to its end.</summary>
internal static class RunCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public const string Examples = """
        sightglass run hello.yaml --input "Good morning"
        sightglass run build --set configuration=Release --label branch=main
        sightglass run hello.yaml --input @request.json --json > events.ndjson
        sightglass run build --server https://ci.example.org --token-file ~/.ci-token
        """;

    public static Command Create()
    {
        var file = new Argument<string>("FILE|ID") { Description = "A pipeline file, or the id of a pipeline in the folder of pipelines; with --server, of one that the server has." };
        var input = new Option<string?>("--input") { Description = "The input: a text, a JSON object, @FILE, or @- for standard input.", HelpName = "TEXT|@FILE" };
        var sets = new Option<string[]>("--set") { Description = "One input by name; may be given several times.", HelpName = "NAME=VALUE" };
        var labels = new Option<string[]>("--label") { Description = "A label of the execution; may be given several times.", HelpName = "NAME=VALUE" };
        var priority = new Option<string?>("--priority") { Description = "urgent, high, medium (default) or low.", HelpName = "LANE" };
        priority.AcceptOnlyFromAmong("urgent", "high", "medium", "low");
        var json = CommonOptions.Json("Print the events as they are stored, one JSON object a line.");
        var plain = new Option<bool>("--plain") { Description = "Print lines instead of the live view, as is done where there is no terminal." };
        var detach = new Option<bool>("--detach") { Description = "Only start it, at the server that is named or has the data folder, and print its id." };
        var pipelines = CommonOptions.Pipelines();
        var hosts = CommonOptions.AllowHosts();
        var command = new Command("run", "Run a pipeline and watch it to its end.") { file, input, sets, labels, priority, json, plain, detach, pipelines, hosts };
        command.SetAction(parsed =>
        {
            var target = Target.Of(parsed).Without(parsed.GetValue(pipelines));
            return RunAsync(new RunRequest
            {
                FileOrId = parsed.GetRequiredValue(file),
                Input = InputText.ToInput(InputText.Read(parsed.GetValue(input), "--input")),
                Sets = InputText.ReadPairs(parsed.GetValue(sets), "--set"),
                Labels = InputText.ReadPairs(parsed.GetValue(labels), "--label"),
                Priority = Enum.Parse<StagePriority>(parsed.GetValue(priority) ?? "medium", ignoreCase: true),
                IsDetached = parsed.GetValue(detach),
                Pipelines = parsed.GetValue(pipelines),
                AllowedHosts = parsed.GetValue(hosts) ?? [],
                Target = target,
                Output = OutputChoice.Of(parsed.GetValue(json), parsed.GetValue(plain), target),
            });
        });
        return command;
    }

    private static async Task<int> RunAsync(RunRequest request)
    {
        if (request.Target.Server is not null) return await RemoteRun.RunAtServerAsync(request).ConfigureAwait(false);
        var data = request.Target.Data;
        var secrets = SecretFile.Load(data);
        var files = new PipelineFiles(PipelineFiles.FolderOf(request.Pipelines), secrets);

        // An id is the server's where one runs: its folder counts, not the one this command was started in.
        if (request.Pipelines is null && !File.Exists(request.FileOrId) && Session.Connect(data) is { IsServed: true } server)
            return await RemoteRun.RunAsync(server, request, null, null).ConfigureAwait(false);
        var path = files.Locate(request.FileOrId);
        var read = files.Read(path);
        if (!read.IsValid) throw ProblemOutput.Refuse(read.Problems);
        var definition = read.Definition!;

        // Known before the data folder is touched: a run that cannot start leaves no trace.
        var problems = InputValidator.Bind(definition, request.Input, request.Sets, out _);
        if (problems.Count > 0) throw ProblemOutput.Refuse(problems);

        data.Create();
        using var folderLock = await TakeAsync(data).ConfigureAwait(false);
        if (folderLock is null) return await RemoteRun.RunAsync(Session.Connect(data) ?? throw FolderOwner.Refusal(data), request, path, definition.Id).ConfigureAwait(false);
        if (request.IsDetached) throw new CommandRefusedException(ExitCodes.Unavailable, "--detach leaves the run to a server, and none has this data folder; start one with: sightglass serve");
        await using var host = await EngineHost.OpenAsync(data, secrets, files.Find, new EngineHostOptions { AllowedHosts = request.AllowedHosts }).ConfigureAwait(false);
        var started = await host.Engine.StartAsync(new StartRequest
        {
            Definition = definition,
            Input = request.Input,
            Sets = request.Sets,
            Labels = request.Labels,
            Priority = request.Priority,
            RequestedBy = Environment.UserName,
            Trigger = "cli",
            BaseFolder = Path.GetDirectoryName(path),
        }).ConfigureAwait(false);
        if (started.ExecutionId is not { } id) throw ProblemOutput.Refuse(started.Problems, started.IsUnavailable ? ExitCodes.Unavailable : ExitCodes.Invalid);
        await using var view = request.Output.Open();
        host.Engine.StoreTroubleChanged += (_, trouble) => view.Say(trouble is null ? "The store commits again; going on." : $"Waiting for the store: {trouble.Message}");
        await using var listener = new LateListener(data, folderLock, host.Engine, view.Say);
        return await WatchAsync(new LocalExecutions(host.Engine, Environment.UserName), id, view).ConfigureAwait(false);
    }

    /// <summary>Takes the folder; <see langword="null"/> where a server has it, which then runs the pipeline.</summary>
    private static async Task<FolderLock?> TakeAsync(FolderPaths data)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (FolderLock.TryTake(data, "run") is { } taken) return taken;
            var owner = FolderOwner.Read(data);
            if (owner is { Verb: "serve", Socket: not null }) return null;

            // A run ends with its own execution, so it cannot take in another; a short command is gone in a moment, and a
            // server that starts will listen soon.
            var isPassing = owner is null or { Verb: "command" } or { Verb: "serve" };
            if (!isPassing || TimeProvider.System.GetElapsedTime(start) > Patience) throw FolderOwner.Refusal(data);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System).ConfigureAwait(false);
        }
    }

    /// <summary>Shows an execution to its end; Ctrl-C cancels it.</summary>
    public static async Task<int> WatchAsync(IExecutionSource source, Guid id, ExecutionView view)
    {
        using var interrupts = new Interrupts(
            what =>
            {
                view.Say("Cancelling; once more ends at once.");
                _ = CancelAsync(source, id, what, view);
            },
            second: () =>
            {
                view.Restore();
                ChildSessions.Kill();
            });
        var state = await ExecutionViewer.ShowAsync(source, id, follow: true, view, CancellationToken.None).ConfigureAwait(false);
        return ExitCodeOf(state.Status);
    }

    private static async Task CancelAsync(IExecutionSource source, Guid id, string reason, ExecutionView view)
    {
        try
        {
            await source.CancelAsync(id, reason).ConfigureAwait(false);
        }
        catch (CommandRefusedException refused)
        {
            view.Say($"It could not be cancelled: {refused.Message} It goes on; once more only ends this command.");
        }
    }

    /// <summary>Gives the exit code of an execution that was watched to its end.</summary>
    public static int ExitCodeOf(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Failed => ExitCodes.Failed,
        ExecutionStatus.Cancelled => ExitCodes.Cancelled,
        _ => ExitCodes.Success,
    };
}
