using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>Talks HTTP to the owner of a data folder over its socket.</summary>
internal sealed class OwnerClient : IDisposable
{
    private readonly HttpClient _http;

    public OwnerClient(string socketPath)
    {
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        {
            BaseAddress = new Uri("http://localhost/"),

            // Streams stay open as long as what they follow.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Tells whether somebody listens there.</summary>
    public static bool Answers(string socketPath)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(socketPath));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Reads a JSON answer.</summary>
    /// <exception cref="CommandRefusedException">The owner refused, with its words.</exception>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return JsonElement.Parse(await BytesAsync(response, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads bytes as they are.</summary>
    public async Task<(byte[] Bytes, bool HasMore)> GetBytesAsync(string path, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return (await BytesAsync(response, cancellationToken).ConfigureAwait(false), response.Headers.Contains("X-Next-Offset"));
    }

    /// <summary>Sends a JSON object and reads the JSON answer.</summary>
    public Task<JsonElement> PostAsync(string path, Action<Utf8JsonWriter> writeMembers, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, path, writeMembers, cancellationToken);

    /// <summary>Sends what is to change as a JSON object and reads the JSON answer.</summary>
    public Task<JsonElement> PatchAsync(string path, Action<Utf8JsonWriter> writeMembers, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Patch, path, writeMembers, cancellationToken);

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, Action<Utf8JsonWriter> writeMembers, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        using var request = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(buffer.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return JsonElement.Parse(await BytesAsync(response, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Deletes and reads the JSON answer.</summary>
    public async Task<JsonElement> DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return JsonElement.Parse(await BytesAsync(response, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Opens a stream of NDJSON; the caller disposes the response.</summary>
    public async Task<HttpResponseMessage> OpenStreamAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/x-ndjson"));
        return await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<byte[]> BytesAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(CliLimits.MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"The process that owns the data folder answered with more than {CliLimits.MaxAnswerBytes} bytes; ask for less at once.", error);
        }

        return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, "The process that owned the data folder has ended meanwhile; try again.", error);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response) throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<CommandRefusedException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var exitCode = response.StatusCode switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => ExitCodes.NotFound,
            HttpStatusCode.Conflict => ExitCodes.Refused,
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => ExitCodes.Unavailable,
            >= HttpStatusCode.InternalServerError => ExitCodes.Defect,
            _ => ExitCodes.Invalid,
        };
        try
        {
            var problem = JsonElement.Parse(await BytesAsync(response, cancellationToken).ConfigureAwait(false));
            if (problem.TryGetProperty("problems"u8, out var problems) && problems.GetArrayLength() > 0)
                return new CommandRefusedException(exitCode, string.Join(Environment.NewLine, problems.EnumerateArray().Select(ProblemOutput.Describe)));
            return new CommandRefusedException(exitCode, problem.GetProperty("error"u8).GetString() ?? "The owner of the data folder refused without a reason.");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new CommandRefusedException(ExitCodes.Defect, $"The owner of the data folder answered with {(int)response.StatusCode}, which this command does not understand; are both of the same version?", error);
        }
    }
}
