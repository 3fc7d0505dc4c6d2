using System.CommandLine;
using System.Text.Json;
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
    public const string Examples = """
        sightglass run hello.yaml --input "Good morning"
        sightglass run build --set configuration=Release --label branch=main
        sightglass run hello.yaml --input @request.json --json > events.ndjson
        """;

    public static Command Create()
    {
        var file = new Argument<string>("FILE|ID") { Description = "A pipeline file, or the id of a pipeline in the folder of pipelines." };
        var input = new Option<string?>("--input") { Description = "The input: a text, a JSON object, @FILE, or @- for standard input.", HelpName = "TEXT|@FILE" };
        var sets = new Option<string[]>("--set") { Description = "One input by name; may be given several times.", HelpName = "NAME=VALUE" };
        var labels = new Option<string[]>("--label") { Description = "A label of the execution; may be given several times.", HelpName = "NAME=VALUE" };
        var priority = new Option<string?>("--priority") { Description = "urgent, high, medium (default) or low.", HelpName = "LANE" };
        priority.AcceptOnlyFromAmong("urgent", "high", "medium", "low");
        var json = CommonOptions.Json("Print the events as they are stored, one JSON object a line.");
        var plain = new Option<bool>("--plain") { Description = "Print lines instead of the live view, as is done where there is no terminal." };
        var pipelines = CommonOptions.Pipelines();
        var hosts = CommonOptions.AllowHosts();
        var command = new Command("run", "Run a pipeline and watch it to its end.") { file, input, sets, labels, priority, json, plain, pipelines, hosts };
        command.SetAction(parsed => RunAsync(new RunRequest
        {
            FileOrId = parsed.GetRequiredValue(file),
            Input = InputText.ToInput(InputText.Read(parsed.GetValue(input), "--input")),
            Sets = InputText.ReadPairs(parsed.GetValue(sets), "--set"),
            Labels = InputText.ReadPairs(parsed.GetValue(labels), "--label"),
            Priority = Enum.Parse<StagePriority>(parsed.GetValue(priority) ?? "medium", ignoreCase: true),
            Output = OutputChoice.Of(parsed.GetValue(json), parsed.GetValue(plain)),
            Pipelines = parsed.GetValue(pipelines),
            AllowedHosts = parsed.GetValue(hosts) ?? [],
            Data = FolderPaths.Of(parsed.GetValue(CommonOptions.Data)),
        }));
        return command;
    }

    private static async Task<int> RunAsync(RunRequest request)
    {
        var secrets = SecretFile.Load(request.Data);
        var files = new PipelineFiles(PipelineFiles.FolderOf(request.Pipelines), secrets);
        var path = files.Locate(request.FileOrId);
        var read = files.Read(path);
        if (!read.IsValid) throw ProblemOutput.Refuse(read.Problems);
        var definition = read.Definition!;

        // Known before the data folder is touched: a run that cannot start leaves no trace.
        var problems = InputValidator.Bind(definition, request.Input, request.Sets, out _);
        if (problems.Count > 0) throw ProblemOutput.Refuse(problems);

        request.Data.Create();
        using var folderLock = FolderLock.TryTake(request.Data, "run") ?? throw OwnedBy(request.Data);
        await using var host = EngineHost.Open(request.Data, secrets, files.Find, new EngineHostOptions { AllowedHosts = request.AllowedHosts });
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
        if (started.ExecutionId is not { } id) throw ProblemOutput.Refuse(started.Problems);
        return await WatchAsync(new LocalExecutions(host.Engine, Environment.UserName), id, request.Output).ConfigureAwait(false);
    }

    public static async Task<int> WatchAsync(IExecutionSource source, Guid id, OutputChoice output)
    {
        await using var view = output.Open();
        using var interrupts = new Interrupts(
            what =>
            {
                view.Say("Cancelling; once more ends at once.");
                _ = source.CancelAsync(id, what);
            },
            second: () => { });
        var state = await ExecutionViewer.ShowAsync(source, id, 0, follow: true, view, CancellationToken.None).ConfigureAwait(false);
        return ExitCodeOf(state.Status);
    }

    public static int ExitCodeOf(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Failed => ExitCodes.Failed,
        ExecutionStatus.Cancelled => ExitCodes.Cancelled,
        _ => ExitCodes.Success,
    };

    private static CommandRefusedException OwnedBy(FolderPaths data)
    {
        var owner = FolderOwner.Read(data.Lock);
        var who = owner is null ? "another process" : $"process {owner.Pid} (sightglass {owner.Verb})";
        return new CommandRefusedException(ExitCodes.Unavailable, $"The data folder '{data.Folder}' is in use by {who}; wait for it, or choose another folder with --data.");
    }
}

/// <summary>What to run and how to show it.</summary>
internal sealed record RunRequest
{
    public required string FileOrId { get; init; }

    public required JsonElement? Input { get; init; }

    public required IReadOnlyDictionary<string, string> Sets { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required StagePriority Priority { get; init; }

    public required OutputChoice Output { get; init; }

    public required string? Pipelines { get; init; }

    public required IReadOnlyCollection<string> AllowedHosts { get; init; }

    public required FolderPaths Data { get; init; }
}
