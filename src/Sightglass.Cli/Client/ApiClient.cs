using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Sightglass.Cli.Commands;

namespace Sightglass.Cli.Client;

/// <summary>Talks HTTP to whoever has the executions: the owner of a data folder over its socket, or a server.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly ApiPeer _peer;

    private ApiClient(SocketsHttpHandler handler, Uri address, ApiPeer peer)
    {
        _peer = peer;

        // Streams stay open as long as what they follow.
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Gets who answers, as messages name it.</summary>
    public string PeerName => _peer.Name;

    /// <summary>Talks over a socket of this machine.</summary>
    /// <param name="findSocket">Gives its path each time that a connection is made: an owner that starts anew may listen elsewhere.</param>
    public static ApiClient OfSocket(Func<string> findSocket) => new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(findSocket()), cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        },
        new Uri("http://localhost/"),
        new FolderPeer());

    /// <summary>Talks to a server. Its certificate is checked as the system does; a redirection is not followed, so that the
    /// token goes nowhere else.</summary>
    public static ApiClient OfServer(ServerAddress server)
    {
        var client = new ApiClient(
            new SocketsHttpHandler { UseProxy = !server.IsLoopback, AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = CliLimits.ConnectTime },
            server.Base,
            new ServerPeer(server));
        if (server.Token is { } token) client._http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Tells whether somebody listens at a socket.</summary>
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
    /// <exception cref="CommandRefusedException">It was refused, with the words of whoever was asked.</exception>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await AskAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads bytes as they are.</summary>
    public async Task<(byte[] Bytes, bool HasMore)> GetBytesAsync(string path, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return (await BytesAsync(response, cancellationToken).ConfigureAwait(false), response.Headers.Contains("X-Next-Offset"));
    }

    /// <summary>Sends a JSON object and reads the JSON answer.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="writeMembers">Writes the members of the object.</param>
    /// <param name="idempotencyKey">What makes a repetition known as one, where it may be asked again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<JsonElement> PostAsync(string path, Action<Utf8JsonWriter> writeMembers, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, path, writeMembers, idempotencyKey, cancellationToken);

    /// <summary>Sends what is to change as a JSON object and reads the JSON answer.</summary>
    public Task<JsonElement> PatchAsync(string path, Action<Utf8JsonWriter> writeMembers, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Patch, path, writeMembers, null, cancellationToken);

    /// <summary>Sends a body as it is and reads the JSON answer.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent body, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        return await AskAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes something whole, on a condition, and reads the JSON answer.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="body">What it is to be.</param>
    /// <param name="isNew">Whether there may be nothing yet; else it takes the place of whatever is there.</param>
    public async Task<JsonElement> PutAsync(string path, HttpContent body, bool isNew)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = body };
        request.Headers.Add(isNew ? "If-None-Match" : "If-Match", "*");
        return await AskAsync(request, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Deletes and reads the JSON answer.</summary>
    public async Task<JsonElement> DeleteAsync(string path, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        return await AskAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens an answer that is read while it comes; the caller disposes it.</summary>
    /// <param name="path">What is asked for.</param>
    /// <param name="mediaType">In what form.</param>
    /// <param name="lastEventId">Where a reader of server-sent events left, if anywhere.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<HttpResponseMessage> OpenStreamAsync(string path, string mediaType, string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(mediaType));
        if (lastEventId is not null) request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        return await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that an answer was cut off.</summary>
    public CommandRefusedException Lost(Exception error) => _peer.Lost(error);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, Action<Utf8JsonWriter> writeMembers, string? idempotencyKey, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }

        using var body = new ByteArrayContent(buffer.ToArray());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await AskAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<JsonElement> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        var bytes = await BytesAsync(response, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonElement.Parse(bytes);
        }
        catch (JsonException error)
        {
            throw NotUnderstood(response.StatusCode, error);
        }
    }

    private async Task<byte[]> BytesAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(CliLimits.MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error) when (error.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new CommandRefusedException(ExitCodes.Unavailable, $"{_peer.Name} answered with more than {CliLimits.MaxAnswerBytes} bytes; ask for less at once.", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw _peer.Lost(error);
        }

        return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_peer.AnswerTime != Timeout.InfiniteTimeSpan) limit.CancelAfter(_peer.AnswerTime + TimeSpan.FromSeconds((request.Content?.Headers.ContentLength ?? 0) / CliLimits.SlowestUpload));
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw _peer.Lost(error);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response) throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
    }

    private async Task<CommandRefusedException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var status = response.StatusCode;
        if (status is >= HttpStatusCode.MultipleChoices and < HttpStatusCode.BadRequest)
            return new CommandRefusedException(ExitCodes.Invalid, $"{_peer.Name} sends callers elsewhere: {LiveView.TerminalText.Clean(response.Headers.Location?.ToString() ?? "it does not say where")}. Give the address that it has itself.");
        var exitCode = status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCodes.NotAllowed,
            HttpStatusCode.NotFound or HttpStatusCode.Gone => ExitCodes.NotFound,
            HttpStatusCode.Conflict => ExitCodes.Refused,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => ExitCodes.Unavailable,
            >= HttpStatusCode.InternalServerError => ExitCodes.Defect,
            _ => ExitCodes.Invalid,
        };
        var bytes = await BytesAsync(response, cancellationToken).ConfigureAwait(false);
        try
        {
            var problem = JsonElement.Parse(bytes);
            if (problem.TryGetProperty("problems"u8, out var problems) && problems.GetArrayLength() > 0)
                return new CommandRefusedException(exitCode, string.Join(Environment.NewLine, problems.EnumerateArray().Select(ProblemOutput.Describe)));
            var (code, message) = (problem.GetProperty("code"u8).GetString() ?? "", problem.GetProperty("error"u8).GetString() ?? "");
            var refused = _peer.Refused(exitCode, (int)status, code, message);
            return exitCode == ExitCodes.Unavailable ? new ServerLostException(refused.Message) { Code = code } : refused;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // A proxy in between, whose server is away, answers in words of its own.
            return exitCode == ExitCodes.Unavailable ? new ServerLostException($"{_peer.Name} is away: something in between answers with {(int)status}.", error) : NotUnderstood(status, error);
        }
    }

    private CommandRefusedException NotUnderstood(HttpStatusCode status, Exception error) =>
        new(ExitCodes.Unavailable, $"{_peer.Name} answered with {(int)status}, which this command does not understand; is it a sightglass server, and of the same version?", error);
}
