using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Access.Auditing;
using Sightglass.Server.Contracts;
using Sightglass.Server.Debugging;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>One open socket: reads one message after the other, answers each, and sends what its subscriptions have.</summary>
internal sealed class SocketSession(HttpContext context, ServerContext server, WebSocket socket) : IDisposable
{
    // Registered, but without a name of its own in .NET.
    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013;

    private readonly Caller _caller = context.Caller();
    private readonly SocketReader _reader = new(socket);
    private readonly MessageAllowance _allowance = new(server.Time);
    private readonly SocketTopics _topics = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly CancellationTokenSource _closing = new();
    private Task _ending = Task.CompletedTask;

    /// <summary>Serves the socket until it is closed.</summary>
    public async Task RunAsync(CancellationToken aborted)
    {
        var left = aborted.UnsafeRegister(static closing => ((CancellationTokenSource)closing!).Cancel(), _closing);
        var draining = server.Stopping.UnsafeRegister(static session => ((SocketSession)session!).Drain(), this);
        try
        {
            while (await _reader.ReadAsync(aborted).ConfigureAwait(false) is { } message)
            {
                if (_allowance.TryTake()) await AnswerAsync(message).ConfigureAwait(false);
                else if (!_allowance.IsSpent) await SendAsync(SocketAnswers.Refused(SocketMessage.Read(message).Message, MessageAllowance.TooMany), _closing.Token).ConfigureAwait(false);
                else
                {
                    _reader.Close(WebSocketCloseStatus.PolicyViolation, MessageAllowance.Spent);
                    break;
                }
            }
        }
        finally
        {
            await draining.DisposeAsync().ConfigureAwait(false);
            await left.DisposeAsync().ConfigureAwait(false);
            await _closing.CancelAsync().ConfigureAwait(false);
            await _topics.EndAsync().ConfigureAwait(false);
            await _ending.ConfigureAwait(false);
        }

        await CloseAsync(_reader.CloseStatus, _reader.CloseReason).ConfigureAwait(false);
        await _reader.DrainAsync(server.Time).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _closing.Dispose();
        _sending.Dispose();
    }

    /// <summary>Sends a message in its turn.</summary>
    /// <returns>Whether the socket took it; where it was too slow or has left, it is closed.</returns>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        try
        {
            await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        try
        {
            if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return false;
            var sending = socket.SendAsync(json, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            if (!sending.IsCompletedSuccessfully && !await TookInTimeAsync(sending.AsTask()).ConfigureAwait(false)) return false;
            return true;
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task<bool> TookInTimeAsync(Task sending)
    {
        try
        {
            await sending.WaitAsync(server.Options.SlowViewer, server.Time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            await DropAsync(sending).ConfigureAwait(false);
            return false;
        }
    }

    /// <summary>Closes a socket that reads too slowly; where it takes what is under way after all, it is told how far each of
    /// its subscriptions came.</summary>
    private async Task DropAsync(Task sending)
    {
        foreach (var (id, cursor) in _topics.Cursors()) ServerLog.ViewerLagging(server.Logger, id, cursor);
        try
        {
            await sending.WaitAsync(ServerLimits.LastWord, server.Time).ConfigureAwait(false);
            foreach (var (id, cursor) in _topics.Cursors())
            {
                var word = SocketAnswers.Word("lagging", id, cursor, static (writer, cursor) => writer.WriteNumber("seq"u8, cursor));
                await socket.SendAsync(word, WebSocketMessageType.Text, true, CancellationToken.None).AsTask().WaitAsync(ServerLimits.LastWord, server.Time).ConfigureAwait(false);
            }

            await socket.CloseOutputAsync(TryAgainLater, "read too slowly", CancellationToken.None).WaitAsync(ServerLimits.LastWord, server.Time).ConfigureAwait(false);
            _ending = AbortSoonAsync();
        }
        catch (Exception e) when (e is TimeoutException or WebSocketException or ObjectDisposedException)
        {
            socket.Abort();
        }
    }

    private void Drain() => _ending = Task.Run(DrainAsync);

    private async Task DrainAsync()
    {
        await SendAsync(SocketAnswers.Draining(ComeBack.AfterMilliseconds()), CancellationToken.None).ConfigureAwait(false);
        await CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "the server stops").ConfigureAwait(false);
        await AbortSoonAsync().ConfigureAwait(false);
    }

    /// <summary>Gives the other side time to close as well.</summary>
    private async Task AbortSoonAsync()
    {
        await Task.Delay(ServerLimits.LastWord, server.Time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Abort();
    }

    private async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(status, reason, CancellationToken.None).WaitAsync(ServerLimits.LastWord, server.Time).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            socket.Abort();
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task AnswerAsync(ReadOnlyMemory<byte> utf8)
    {
        var (message, problem) = SocketMessage.Read(utf8);
        if (problem is not null)
        {
            await SendAsync(SocketAnswers.Refused(message, problem), _closing.Token).ConfigureAwait(false);
            return;
        }

        switch (message.Type)
        {
            case "ping":
                await SendAsync(SocketAnswers.Pong(message), _closing.Token).ConfigureAwait(false);
                break;
            case "subscribe":
                await SubscribeAsync(message).ConfigureAwait(false);
                break;
            case "unsubscribe":
                var known = message.TryGetExecution(out var id) && await _topics.LeaveAsync(id).ConfigureAwait(false);
                await SendAsync(SocketAnswers.Subscription("unsubscribed", message, known ? null : new ApiProblem(404, "not_subscribed", "This socket does not follow such an execution.")), _closing.Token).ConfigureAwait(false);
                break;
            case "command":
                await CommandAsync(message).ConfigureAwait(false);
                break;
            default:
                await SendAsync(SocketAnswers.Refused(message, ApiProblem.BadRequest("invalid_message", "'type' has to be subscribe, unsubscribe, command or ping.")), _closing.Token).ConfigureAwait(false);
                break;
        }
    }

    private async Task SubscribeAsync(SocketMessage message)
    {
        var (request, problem) = await SubscribeRequest.ReadAsync(message, server, _caller, _topics, _closing.Token).ConfigureAwait(false);
        if (!await SendAsync(SocketAnswers.Subscription("subscribed", message, problem, request?.Last), _closing.Token).ConfigureAwait(false) || request is null) return;
        if (request.After is not { } after)
        {
            var dashboard = new LiveDashboard(server, request.ExecutionId, request.Last);
            Follow(request.ExecutionId, static () => null, () => dashboard.IsOver, token => dashboard.FollowAsync(json => SendAsync(json, token), token));
            return;
        }

        var subscription = new SocketSubscription(this, server, request.ExecutionId, after, request.Filter);
        Follow(request.ExecutionId, () => subscription.Cursor, () => subscription.IsOver, token => subscription.RunAsync(request.Last, token));
    }

    private void Follow(Guid executionId, Func<long?> cursor, Func<bool> isOver, Func<CancellationToken, Task> follow) => _topics.Join(
        executionId,
        cursor,
        isOver,
        async token =>
        {
            try
            {
                await follow(token).ConfigureAwait(false);
            }
            catch (Exception e) when (!token.IsCancellationRequested)
            {
                // The subscription ends; its client may ask for another from where it stands.
                ServerLog.FollowFailed(server.Logger, executionId, e);
                var problem = e is StoreUnavailableException away ? new ApiProblem(503, away.Code, away.Message) : new ApiProblem(500, "internal_error", "The server failed; its log says more.");
                await SendAsync(SocketAnswers.Failed(executionId, problem), token).ConfigureAwait(false);
            }
        },
        _closing.Token);

    private async Task CommandAsync(SocketMessage message)
    {
        var (body, problem) = CommandBody.Read(message.Json);
        CommandAnswer? answer = null;
        IdempotencyKey? key = null;
        var name = message.Text("command");
        if (name is null || !ExecutionCommands.Names.Contains(name)) problem ??= ApiProblem.BadRequest("unknown_command", "'command' has to be one of " + string.Join(", ", ExecutionCommands.Names) + ".");
        if (problem is null && name == ExecutionCommands.SetBreakpoint) problem = BreakpointEndpoints.Check(message.Json);
        if (problem is null) (key, problem) = SocketIdempotency.Read(message, body, _caller);
        if (!message.TryGetExecution(out var id)) problem ??= ApiProblem.ExecutionNotFound;
        try
        {
            problem ??= await server.Scope.RefuseAsync(_caller, id, ExecutionCommands.RoleFor(name!), _closing.Token).ConfigureAwait(false);
            if (problem is null) (answer, problem) = await ExecutionCommands.AskAsync(server, name!, id, body, _caller, key).ConfigureAwait(false);
        }
        catch (StoreUnavailableException e)
        {
            problem = new ApiProblem(503, e.Code, e.Message);
        }

        if (problem?.Code != "unknown_command") await RequestAudit.NoteAsync(context, server, "/ws " + name, $"/api/executions/{message.Text("executionId")}", problem?.Code).ConfigureAwait(false);
        await SendAsync(SocketAnswers.Command(message, answer, problem), _closing.Token).ConfigureAwait(false);
    }
}
