using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.DataFolder;
using Sightglass.Cli.Hosting;
using Sightglass.Cli.LiveView;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass list</c> and <c>history</c>: what there is to run, what runs, and what ran.</summary>
internal static class ListCommands
{
    public const string ListExamples = """
        sightglass list                                   pipelines, and what runs or ended just now
        sightglass list --json | jq '.executions[].id'
        """;

    public const string HistoryExamples = """
        sightglass history --limit 10
        sightglass history --status failed --pipeline build
        sightglass history --json | jq '.executions[].cost'
        """;

    public static Command CreateList()
    {
        var json = CommonOptions.Json("Print one JSON object.");
        var pipelines = CommonOptions.Pipelines();
        var command = new Command("list", "List the pipelines, and the executions that run or ended within five minutes.") { json, pipelines };
        command.SetAction(parsed => ListAsync(Target.Of(parsed).Without(parsed.GetValue(pipelines)), parsed.GetValue(pipelines), parsed.GetValue(json)));
        return command;
    }

    public static Command CreateHistory()
    {
        var pipeline = new Option<string?>("--pipeline") { Description = "Only executions of this pipeline.", HelpName = "ID" };
        var status = new Option<string?>("--status") { Description = "Only these: queued, running, paused, completed, failed, cancelled; separated by commas.", HelpName = "STATUS" };
        var limit = new Option<int>("--limit") { Description = "How many, 1 to 1000 (default: 20).", HelpName = "N", DefaultValueFactory = _ => 20 };
        var json = CommonOptions.Json("Print one JSON object.");
        var command = new Command("history", "List executions, newest first.") { pipeline, status, limit, json };
        command.SetAction(parsed => HistoryAsync(
            Target.Of(parsed), parsed.GetValue(pipeline), parsed.GetValue(status), parsed.GetValue(limit), parsed.GetValue(json)));
        return command;
    }

    private static async Task<int> ListAsync(Target target, string? folder, bool json)
    {
        var hasExecutions = target.Server is not null || File.Exists(target.Data.Database) || FolderOwner.Read(target.Data) is not null;
        await using var session = hasExecutions ? await Session.OpenAsync(target).ConfigureAwait(false) : null;
        var executions = session is null
            ? JsonElement.Parse("""{"executions":[]}""").GetProperty("executions"u8)
            : (await session.Client.GetAsync("api/executions").ConfigureAwait(false)).GetProperty("executions"u8);

        // A server has the pipelines of its own folder; a run has none.
        var pipelines = session is { IsServed: true } && folder is null
            ? await session.Client.GetAsync("api/pipelines").ConfigureAwait(false)
            : await CatalogJson.ReadAsync(PipelineFiles.FolderOf(folder)).ConfigureAwait(false);
        if (session is not null && (await session.Client.GetAsync("api/config/status").ConfigureAwait(false)).GetProperty("store"u8) is var store && !store.GetProperty("ok"u8).GetBoolean())
            StandardStreams.Open().Error.WriteLine($"Executions wait for the store: {store.GetProperty("message"u8).GetString()}");
        if (json)
        {
            WriteJson(pipelines, executions);
            return ExitCodes.Success;
        }

        var output = StandardStreams.Open().Out;
        if (pipelines.GetArrayLength() == 0) output.WriteLine("No pipelines here. Write a first one with: sightglass init");
        else new TextTable("PIPELINE", "STAGES", "FILE", "").AddRange(pipelines.EnumerateArray().Select(PipelineRow)).Write(output);
        output.WriteLine();
        if (executions.GetArrayLength() == 0) output.WriteLine("Nothing runs, and nothing ended just now.");
        else WriteExecutions(executions);
        return ExitCodes.Success;
    }

    private static async Task<int> HistoryAsync(Target target, string? pipeline, string? status, int limit, bool json)
    {
        if (limit is < 1 or > ExecutionQuery.MaxLimit) throw new CommandRefusedException(ExitCodes.Invalid, $"--limit is a number from 1 to {ExecutionQuery.MaxLimit}.");
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var query = new StringBuilder($"api/executions/history?limit={limit}");
        if (pipeline is not null) query.Append("&pipeline=").Append(Uri.EscapeDataString(pipeline));
        if (status is not null) query.Append("&status=").Append(Uri.EscapeDataString(status));
        var answer = await session.Client.GetAsync(query.ToString()).ConfigureAwait(false);
        var executions = answer.GetProperty("executions"u8);
        if (json) StandardStreams.Open().Out.WriteLine(answer.GetRawText());
        else if (executions.GetArrayLength() == 0) StandardStreams.Open().Out.WriteLine("No execution fits.");
        else WriteExecutions(executions);
        return ExitCodes.Success;
    }

    private static void WriteExecutions(JsonElement executions) =>
        new TextTable("ID", "PIPELINE", "STATUS", "STAGES", "CREATED", "TOOK", "INPUT")
            .AddRange(executions.EnumerateArray().Select(ExecutionRow))
            .Write(StandardStreams.Open().Out);

    private static string[] ExecutionRow(JsonElement e)
    {
        var progress = e.GetProperty("progress"u8);
        int Count(ReadOnlySpan<byte> bucket) => progress.GetProperty(bucket).GetInt32();
        var counts = new StageCounts(Count("total"u8), Count("completed"u8), Count("failed"u8), Count("running"u8), Count("pending"u8), Count("skipped"u8));
        var status = e.GetProperty("status"u8).GetString()!;

        // A newer server may have a status that is not known here: nothing then says that it ended.
        _ = Enum.TryParse<ExecutionStatus>(status, ignoreCase: true, out var known);
        var start = DateTimeOffset.FromUnixTimeMilliseconds(e.GetProperty("startTime"u8).GetInt64());
        var took = e.TryGetProperty("duration"u8, out var duration) && duration.ValueKind == JsonValueKind.Number
            ? Durations.Of(duration.GetDouble())
            : Durations.Of(TimeProvider.System.GetUtcNow() - start);
        return
        [
            ShortId.Of(e.GetProperty("id"u8).GetGuid()),
            e.GetProperty("pipelineName"u8).GetString()!,
            status,
            $"{counts.DoneIn(known)}/{counts.Total}",
            DateTimeOffset.FromUnixTimeMilliseconds(e.GetProperty("createdAt"u8).GetInt64()).ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
            took,
            e.TryGetProperty("error"u8, out var error) && error.ValueKind == JsonValueKind.String ? error.GetString()! : e.GetProperty("inputPreview"u8).GetString() ?? "",
        ];
    }

    private static string[] PipelineRow(JsonElement p)
    {
        var problems = p.GetProperty("problems"u8).GetArrayLength();
        return
        [
            p.GetProperty("id"u8).GetString() ?? "",
            p.GetProperty("stageCount"u8).GetInt32().ToString(CultureInfo.InvariantCulture),
            p.GetProperty("filename"u8).GetString() ?? "",
            p.GetProperty("valid"u8).GetBoolean() ? p.GetProperty("description"u8).GetString() ?? "" : $"{Durations.Count(problems, "problem")}: sightglass validate",
        ];
    }

    private static void WriteJson(JsonElement pipelines, JsonElement executions)
    {
        using (var writer = new Utf8JsonWriter(StandardStreams.Open().Raw))
        {
            writer.WriteStartObject();
            writer.WritePropertyName("pipelines"u8);
            pipelines.WriteTo(writer);
            writer.WritePropertyName("executions"u8);
            executions.WriteTo(writer);
            writer.WriteEndObject();
        }

        StandardStreams.Open().Out.WriteLine();
    }
}
