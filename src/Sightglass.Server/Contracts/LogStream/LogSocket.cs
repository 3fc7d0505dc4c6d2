using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Server.Contracts.LogStream;

/// <summary>One client of the workflow log stream: all logs from the beginning, then live, then closed with 1000.</summary>
/// <param name="context">The request.</param>
/// <param name="server">What it reads.</param>
/// <param name="id">The execution.</param>
/// <param name="name">What the client calls it.</param>
internal sealed class LogSocket(HttpContext context, ServerContext server, Guid id, string name)
{
    private readonly ExecutionLogs _logs = new(name);

    public async Task RunAsync()
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync().ConfigureAwait(false);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.Stopping);
        var listening = ListenAsync(socket, gone);
        try
        {
            if (await FollowAsync(socket, gone.Token).ConfigureAwait(false)) await CloseAsync(socket, WebSocketCloseStatus.NormalClosure, "The execution has ended.").ConfigureAwait(false);
            else await CloseAsync(socket, WebSocketCloseStatus.NormalClosure, "The execution was deleted.").ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Its client connects again where the server only stops.
            if (server.Stopping.IsCancellationRequested) await CloseAsync(socket, WebSocketCloseStatus.EndpointUnavailable, "The server is stopping.").ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ServerLog.ViewerLagging(server.Logger, id, 0);
            context.Abort();
        }
        catch (WebSocketException)
        {
            // The client is gone.
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false);
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> FollowAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        long cursor = 0;
        await foreach (var step in server.Engine.Follower.FollowAsync(id, 0, server.Options.Heartbeat, cancellationToken).ConfigureAwait(false))
        {
            foreach (var block in step.Blocks)
            {
                foreach (var e in EventJson.ReadBlock(block.Bytes))
                {
                    if (e.Seq <= cursor) continue;
                    cursor = e.Seq;
                    foreach (var log in _logs.Apply(e)) await SendAsync(socket, log, cancellationToken).ConfigureAwait(false);
                    if (e.Data is ExecutionCreated { Plan.Reference: { } plan } created)
                        _logs.ApplyPlan((await LogReader.ReadValueAsync(server.Engine.Store, plan, created.Plan.Bytes, cancellationToken).ConfigureAwait(false)).Span);
                }
            }

            if (step.Ended) return true;
            if (step.Parked is { } parked) await SendAsync(socket, _logs.Parked(server.Time.GetUtcNow(), parked), cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>Sends one log.</summary>
    /// <exception cref="TimeoutException">The client does not read.</exception>
    private Task SendAsync(WebSocket socket, ReadOnlyMemory<byte> log, CancellationToken cancellationToken)
    {
        var sending = socket.SendAsync(log, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        return sending.IsCompletedSuccessfully ? Task.CompletedTask : sending.AsTask().WaitAsync(server.Options.SlowViewer, server.Time, cancellationToken);
    }

    /// <summary>Reads what the client sends, which means nothing, until it closes.</summary>
    private static async Task ListenAsync(WebSocket socket, CancellationTokenSource gone)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), gone.Token).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
                // Nothing is asked on this socket.
            }
        }
        catch (WebSocketException)
        {
            // It went without a word.
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, string why)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        try
        {
            // Its own close is awaited by who listens.
            await socket.CloseOutputAsync(status, why, CancellationToken.None).WaitAsync(ServerLimits.LastWord, server.Time).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or WebSocketException)
        {
            context.Abort();
        }
    }
}
