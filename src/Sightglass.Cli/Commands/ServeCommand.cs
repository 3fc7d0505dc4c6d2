using System.CommandLine;
using Sightglass.Cli.DataFolder;
using Sightglass.Cli.Hosting;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Definitions;
using Sightglass.Core.Retention;
using Sightglass.Server;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass serve</c>, which is also what happens without a verb.</summary>
internal static class ServeCommand
{
    public const string RootExamples = """
        sightglass                                        serve ./pipelines (or ./samples) on http://127.0.0.1:5080
        sightglass init && sightglass run hello           write a first pipeline and run it
        sightglass approve last publish                   answer a run that waits in another terminal
        """;

    public const string Examples = """
        sightglass serve
        sightglass serve --pipelines ~/pipelines --data ~/.sightglass
        sightglass serve --urls http://127.0.0.1:8080
        sightglass serve --require-token                  on a machine shared with others
        sightglass serve --urls https://*:443 --tls-certificate server.pem --tls-key server.key
        """;

    public static RootCommand CreateRoot()
    {
        var root = new RootCommand("Runs pipelines and shows every execution live. Without a command it serves them on " + NetworkOptions.DefaultUrl + ".");
        AddServe(root);
        return root;
    }

    public static Command Create()
    {
        var command = new Command("serve", "Serve pipelines and executions, and run what is started, until Ctrl-C.");
        AddServe(command);
        return command;
    }

    private static void AddServe(Command command)
    {
        var network = new NetworkOptions();
        var pipelines = CommonOptions.Pipelines();
        var hosts = CommonOptions.AllowHosts();
        var slots = new Option<int?>("--slots") { Description = "How many stages run at once (default: four for each processor, at least 8).", HelpName = "N" };
        network.AddAddresses(command);
        command.Options.Add(pipelines);
        command.Options.Add(hosts);
        var age = new Option<string?>("--retain-age") { Description = "Delete executions this long after their end, such as 30d (default: never); a pipeline's 'retention' comes first.", HelpName = "TIME" };
        var count = new Option<int?>("--retain-count") { Description = "Keep this many ended executions of each pipeline, the newest (default: all); a pipeline's 'retention' comes first.", HelpName = "N" };
        var streaming = new Option<string?>("--streaming-pipeline") { Description = "The pipeline that POST /executions/{id}/start-streaming runs (default: none).", HelpName = "ID" };
        var requireToken = new Option<bool>("--require-token") { Description = "On a machine shared with others: ask every caller over the network for a token, which is written anew at each start to the file 'start-token' of the data folder, for its owner alone." };
        command.Options.Add(requireToken);
        command.Options.Add(slots);
        command.Options.Add(streaming);
        network.AddTrust(command);
        command.Options.Add(age);
        command.Options.Add(count);
        var tombstones = new Option<string?>("--retain-tombstones") { Description = "Forget this long after it that an execution was deleted, such as 365d (default: never).", HelpName = "TIME" };
        command.Options.Add(tombstones);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(slots) is < 1 or > CliLimits.MaxSlots) throw new CommandRefusedException(ExitCodes.Invalid, $"--slots is a number from 1 to {CliLimits.MaxSlots}.");
            var retention = new RetentionOptions
            {
                Default = RetentionOf(parsed.GetValue(age), parsed.GetValue(count)),
                Tombstones = LengthOf("--retain-tombstones", parsed.GetValue(tombstones)),
            };
            var options = new EngineHostOptions { AllowedHosts = parsed.GetValue(hosts) ?? [] };
            return ServeAsync(
                parsed.GetValue(pipelines),
                FolderPaths.Of(parsed.GetValue(CommonOptions.Data)),
                parsed.GetValue(slots) is { } atOnce ? options with { Slots = atOnce } : options,
                retention,
                network.Read(parsed) with { StreamingPipeline = parsed.GetValue(streaming) },
                parsed.GetValue(requireToken));
        });
    }

    private static RetentionRule RetentionOf(string? age, int? count)
    {
        if (count < 0) throw new CommandRefusedException(ExitCodes.Invalid, "--retain-count is a number from 0.");
        return new RetentionRule(LengthOf("--retain-age", age), count);
    }

    private static TimeSpan? LengthOf(string option, string? text)
    {
        if (text is null) return null;
        if (!Duration.TryParse(text, out var parsed) || parsed.Value <= TimeSpan.Zero)
            throw new CommandRefusedException(ExitCodes.Invalid, $"{option} is a length of time with its unit, such as 30d or 12h.");
        return parsed.Value;
    }

    private static RetentionSweep Sweep(EngineHost host, PipelineCatalog catalog, RetentionOptions usual, ErrorLoggers loggers) => new(
        host.Upkeep,
        usual with
        {
            OfPipeline = id => catalog.Find(id)?.Definition?.Retention is { } own ? new RetentionRule(own.MaxAge?.Value, own.MaxCount) : null,
        },
        TimeProvider.System,
        loggers.CreateLogger("Sightglass.Retention"),
        host.Engine.Feed);

    private static async Task<int> ServeAsync(string? given, FolderPaths data, EngineHostOptions options, RetentionOptions retention, ServerOptions serving, bool requiresToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupts = new Interrupts(_ => stopped.TrySetResult(), second: ChildSessions.Kill);
        var folder = PipelineFiles.FolderOf(given) ?? Path.GetFullPath("pipelines");
        var secrets = SecretFile.Load(data);
        data.Create();
        using var folderLock = FolderLock.TryTake(data, "serve") ?? throw FolderOwner.Refusal(data);
        using var loggers = new ErrorLoggers(StandardStreams.Open().Error);
        await using var catalog = new PipelineCatalog(folder, new PipelineCatalogOptions { Reading = new DefinitionReadOptions { HasSecret = name => secrets.TryGet(name, out _) } });
        await using var host = await EngineHost.OpenAsync(data, secrets, id => catalog.Find(id) is { IsValid: true } entry ? entry.Definition : null, options with { Loggers = loggers }).ConfigureAwait(false);
        await catalog.StartAsync().ConfigureAwait(false);
        await using var sweep = Sweep(host, catalog, retention, loggers);
        await using var webhooks = host.DeliverWith(secrets, options with { Loggers = loggers });
        await using var schedules = host.ScheduleFrom(catalog, loggers);
        await using var listener = new SocketListener(data, host.Engine, catalog, schedules, webhooks, loggers);
        try
        {
            await listener.StartAsync(serving.Urls, serving with { Access = serving.Access with { StartToken = requiresToken ? StartTokenFile.Write(data) : null } }).ConfigureAwait(false);
        }
        catch (ArgumentException error)
        {
            throw new CommandRefusedException(ExitCodes.Invalid, error.Message, error);
        }
        catch (ServerStartException error)
        {
            throw new CommandRefusedException(error.Code is "bad_address" or "login_required" or "tls_unreadable" or "tls_key" or "tls_password" ? ExitCodes.Invalid : ExitCodes.Unavailable, error.Message, error);
        }

        folderLock.Announce(new FolderOwner(Environment.ProcessId, "serve", listener.Path, listener.Urls is [var url, ..] ? url : null));

        // Before the recovery: what ended under an owner before is read while nothing new can end.
        webhooks.Start();
        var recovered = await host.Engine.RecoverAsync().ConfigureAwait(false);
        sweep.Start();
        schedules.Start();
        if (requiresToken) StandardStreams.Open().Out.WriteLine($"Callers have to show the token in {PipelineFiles.Shown(data.StartToken)}.");
        Welcome(listener.Urls, catalog, given, data, recovered, host.Orphans.Sum(o => o.Ended.Count));
        await stopped.Task.ConfigureAwait(false);
        StandardStreams.Open().Out.WriteLine("Stopping; what runs goes on at the next start. Ctrl-C again ends at once.");
        await StandardStreams.Open().Out.FlushAsync().ConfigureAwait(false);
        return ExitCodes.Success;
    }

    private static void Welcome(IReadOnlyList<string> urls, PipelineCatalog catalog, string? given, FolderPaths data, int recovered, int orphans)
    {
        var output = StandardStreams.Open().Out;
        var shown = PipelineFiles.Shown(catalog.Folder);
        var fallback = given is null && Path.GetFileName(catalog.Folder) == "samples" ? " (there is no ./pipelines)" : "";
        var broken = catalog.Entries.Count(e => !e.IsValid);
        var wrong = broken > 0 ? $", {broken} with problems" : "";
        output.WriteLine($"Sightglass on {string.Join(" ", urls)} – {Durations.Count(catalog.Entries.Count, "pipeline")} from {shown}{fallback}{wrong}, data in {PipelineFiles.Shown(data.Folder)}. Ctrl-C stops.");
        if (recovered > 0) output.WriteLine($"Went on with {Durations.Count(recovered, "execution")} that had not ended.");
        if (orphans > 0) output.WriteLine($"Ended {(orphans == 1 ? "1 process" : $"{orphans} processes")} that the owner before, which died, had left running.");
        output.Flush();
    }
}
