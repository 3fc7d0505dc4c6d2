using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Core.Definitions;

namespace Sightglass.Cli.Commands;

/// <summary>A run in the server that has the data folder: started and watched over its socket.</summary>
internal static class RemoteRun
{
    /// <summary>Starts and watches.</summary>
    /// <param name="session">The server; disposed here.</param>
    /// <param name="request">What to run.</param>
    /// <param name="path">The file; <see langword="null"/> where the server has the pipeline.</param>
    /// <param name="pipelineId">The id that the file gives.</param>
    public static async Task<int> RunAsync(FolderSession session, RunRequest request, string? path, string? pipelineId)
    {
        await using var owned = session;
        var id = await StartAsync(session.Client, request, path, pipelineId ?? request.FileOrId).ConfigureAwait(false);
        if (request.IsDetached)
        {
            StandardStreams.Open().Out.WriteLine(id);
            return ExitCodes.Success;
        }

        await using var view = request.Output.Open();
        return await RunCommand.WatchAsync(new RemoteExecutions(session.Client), id, view).ConfigureAwait(false);
    }

    private static async Task<Guid> StartAsync(OwnerClient client, RunRequest request, string? path, string pipelineId)
    {
        var text = path is null ? null : Text(path);
        var answer = await client.PostAsync($"api/pipelines/{Uri.EscapeDataString(pipelineId)}/run", writer =>
        {
            if (request.Input is { } input)
            {
                writer.WritePropertyName("input"u8);
                input.WriteTo(writer);
            }

            writer.WriteString("priority"u8, request.Priority.ToString().ToLowerInvariant());
            writer.WriteString("requestedBy"u8, Environment.UserName);
            WritePairs(writer, "sets", request.Sets);
            WritePairs(writer, "labels", request.Labels);
            if (text is null) return;
            writer.WriteString("definition"u8, text);
            writer.WriteString("fileName"u8, Path.GetFileName(path));
            writer.WriteString("baseFolder"u8, Path.GetDirectoryName(path));
        }).ConfigureAwait(false);
        return answer.GetProperty("executionId"u8).GetGuid();
    }

    private static string Text(string path)
    {
        try
        {
            // It was read and checked before, but may have grown since.
            using var reader = new StreamReader(new MemoryStream(PipelineFolder.ReadBytes(path)));
            return reader.ReadToEnd();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Invalid, $"'{path}' cannot be read: {error.Message}", error);
        }
    }

    private static void WritePairs(Utf8JsonWriter writer, string name, IReadOnlyDictionary<string, string> pairs)
    {
        if (pairs.Count == 0) return;
        writer.WriteStartObject(name);
        foreach (var (key, value) in pairs) writer.WriteString(key, value);
        writer.WriteEndObject();
    }
}
