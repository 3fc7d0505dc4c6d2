using System.Text.Json;
using Sightglass.Cli.Client;
using Sightglass.Cli.Hosting;
using Sightglass.Core.Definitions;

namespace Sightglass.Cli.Commands;

/// <summary>A run at a server: one that is named, or the one that has the data folder.</summary>
internal static class RemoteRun
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(1);

    /// <summary>Starts a pipeline of a server that is named, and watches it.</summary>
    public static async Task<int> RunAtServerAsync(RunRequest request)
    {
        if (PipelineFiles.IsPipelineFile(request.FileOrId) || request.FileOrId.Contains(Path.DirectorySeparatorChar))
            throw new CommandRefusedException(ExitCodes.Invalid, $"'{request.FileOrId}' is a file of this machine, and a server runs the pipelines that it has itself: give the id of one (sightglass list). An author puts a file there with: sightglass push FILE");
        if (request.AllowedHosts.Count > 0) throw new CommandRefusedException(ExitCodes.Invalid, "--allow-host is for whoever runs the stages; give it to 'sightglass serve' on the server.");
        return await RunAsync(await Session.OpenAsync(request.Target).ConfigureAwait(false), request, null, null).ConfigureAwait(false);
    }

    /// <summary>Starts and watches.</summary>
    /// <param name="session">The server; disposed here.</param>
    /// <param name="request">What to run.</param>
    /// <param name="path">The file; <see langword="null"/> where the server has the pipeline.</param>
    /// <param name="pipelineId">The id that the file gives.</param>
    public static async Task<int> RunAsync(Session session, RunRequest request, string? path, string? pipelineId)
    {
        await using var owned = session;
        var id = await StartAsync(session.Client, request, path, pipelineId ?? request.FileOrId).ConfigureAwait(false);
        if (request.IsDetached)
        {
            StandardStreams.Open().Out.WriteLine(id);
            return ExitCodes.Success;
        }

        await using var view = request.Output.Open();
        return await RunCommand.WatchAsync(session.Followed(view), id, view).ConfigureAwait(false);
    }

    /// <summary>Starts it once: where the answer does not come, it is asked again under the same key.</summary>
    private static async Task<Guid> StartAsync(ApiClient client, RunRequest request, string? path, string pipelineId)
    {
        var text = path is null ? null : Text(path);
        var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString();
        var reconnection = new Reconnection(new ErrorNotices(), client.PeerName, StartPatience, TimeProvider.System);
        var isSent = false;
        while (true)
        {
            ServerLostException lost;
            try
            {
                var answer = await client.PostAsync($"api/pipelines/{Uri.EscapeDataString(pipelineId)}/run", Write, key).ConfigureAwait(false);
                return answer.GetProperty("executionId"u8).GetGuid();
            }
            catch (ServerLostException error) when (request.Target.Server is not null && error.Code is null && (isSent || !error.IsUnsent))
            {
                isSent = true;
                lost = error;
            }

            await reconnection.WaitAsync(lost, CancellationToken.None).ConfigureAwait(false);
        }

        void Write(Utf8JsonWriter writer)
        {
            if (request.Input is { } input)
            {
                writer.WritePropertyName("input"u8);
                input.WriteTo(writer);
            }

            writer.WriteString("priority"u8, request.Priority.ToString().ToLowerInvariant());
            WritePairs(writer, "sets", request.Sets);
            WritePairs(writer, "labels", request.Labels);
            if (request.Target.Server is not null) return;

            // What only the owner of the process may say, over the socket.
            writer.WriteString("requestedBy"u8, Environment.UserName);
            if (text is null) return;
            writer.WriteString("definition"u8, text);
            writer.WriteString("fileName"u8, Path.GetFileName(path));
            writer.WriteString("baseFolder"u8, Path.GetDirectoryName(path));
        }
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
