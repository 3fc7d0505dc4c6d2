using System.CommandLine;
using System.Net.Http.Headers;
using Sightglass.Cli.Client;
using Sightglass.Cli.LiveView;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass export</c> and <c>import</c>: an execution as a file, and back.</summary>
internal static class TransferCommands
{
    public const string ExportExamples = """
        sightglass export last --output run.zip           a dump, which another sightglass imports
        sightglass export last --format csv               its stages, one a row
        sightglass export 5ca9bb60 --format json | jq .execution.status
        """;

    public const string ImportExamples = """
        sightglass import run.zip                         to be read, never run; it keeps its id
        sightglass import run.zip --server https://ci.example.org --token-file ~/.ci-token
        """;

    public static Command CreateExport()
    {
        var id = CommandVerbs.ExecutionArgument();
        var format = new Option<string>("--format") { Description = "dump (default), json, ndjson or csv.", HelpName = "FORMAT", DefaultValueFactory = static _ => "dump" };
        format.AcceptOnlyFromAmong("dump", "json", "ndjson", "csv");
        var output = new Option<string?>("--output", "-o") { Description = "The file to write; there must be no such file yet. Without it, standard output.", HelpName = "FILE" };
        var command = new Command("export", "Write an execution as a file: a dump with log and values, state and events as JSON, the log, or its stages as CSV.") { id, format, output };
        command.SetAction(parsed => ExportAsync(Target.Of(parsed), parsed.GetRequiredValue(id), parsed.GetValue(format)!, parsed.GetValue(output)));
        return command;
    }

    public static Command CreateImport()
    {
        var file = new Argument<string>("FILE") { Description = "A dump that 'sightglass export' wrote." };
        var command = new Command("import", "Take in an ended execution that was exported, to be looked at.") { file };
        command.SetAction(parsed => ImportAsync(Target.Of(parsed), parsed.GetRequiredValue(file)));
        return command;
    }

    private static async Task<int> ExportAsync(Target target, string execution, string format, string? file)
    {
        if (file is null && format == "dump" && !Console.IsOutputRedirected) throw new CommandRefusedException(ExitCodes.Invalid, "A dump is no text; name a file with --output, or another --format.");
        if (file is not null && Path.Exists(file)) throw new CommandRefusedException(ExitCodes.Invalid, $"'{file}' exists already; name a new file.");
        await using var session = await Session.OpenAsync(target).ConfigureAwait(false);
        var id = await ExecutionFinder.FindAsync(session.Client, execution).ConfigureAwait(false);
        using var response = await session.Client.OpenStreamAsync($"api/executions/{id}/export?format={format}", "*/*", null, CancellationToken.None).ConfigureAwait(false);
        if (file is null)
        {
            await CopyAsync(session.Client, response, StandardStreams.Open().Raw).ConfigureAwait(false);
            return ExitCodes.Success;
        }

        try
        {
            await using var written = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            await CopyAsync(session.Client, response, written).ConfigureAwait(false);
        }
        catch (CommandRefusedException)
        {
            // Half an export must not look like a whole one.
            File.Delete(file);
            throw;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"'{file}' cannot be written: {error.Message}", error);
        }

        StandardStreams.Open().Out.WriteLine($"{ShortId.Of(id)}: written to {file}.");
        return ExitCodes.Success;
    }

    private static async Task CopyAsync(ApiClient client, HttpResponseMessage response, Stream target)
    {
        await using var body = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
        var buffer = new byte[64 * 1024];
        while (true)
        {
            int read;
            try
            {
                read = await body.ReadAsync(buffer).ConfigureAwait(false);
            }
            catch (Exception error) when (error is IOException or HttpRequestException)
            {
                throw client.Lost(error);
            }

            if (read == 0) return;
            await target.WriteAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
        }
    }

    private static async Task<int> ImportAsync(Target target, string file)
    {
        FileStream dump;
        try
        {
            dump = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Invalid, $"'{file}' cannot be read: {error.Message}", error);
        }

        await using var opened = dump;
        await using var session = await Session.OpenAsync(target, isNew: true).ConfigureAwait(false);
        using var body = new StreamContent(dump);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        var answer = await session.Client.SendAsync(HttpMethod.Post, "api/executions/import", body).ConfigureAwait(false);
        StandardStreams.Open().Out.WriteLine(TerminalText.Clean($"{ShortId.Of(answer.GetProperty("executionId"u8).GetGuid())}: {answer.GetProperty("pipelineId"u8).GetString()}, {answer.GetProperty("status"u8).GetString()}, {Durations.Count(answer.GetProperty("events"u8).GetInt32(), "event")}."));
        return ExitCodes.Success;
    }
}
