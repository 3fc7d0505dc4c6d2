using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Executions;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Streaming.Sockets;

namespace Sightglass.Server.Contracts.WorkflowLogs;

/// <summary>One client of the workflow log stream: all logs from the beginning, then live, then closed with 1000.</summary>
/// <param name="context">The request.</param>
/// <param name="server">What it reads.</param>
/// <param name="id">The execution.</param>
/// <param name="name">What the client calls it.</param>
/// <param name="socket">The socket.</param>
internal sealed class LogSocket(HttpContext context, ServerContext server, Guid id, string name, WebSocket socket)
{
    private readonly ExecutionLogs _logs = new(name);
    private readonly MessageAllowance _allowance = new(server.Time);
    private long _cursor;

    public async Task RunAsync()
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.Stopping);
        var listening = ListenAsync(gone);
        try
        {
            var (status, why) = await FollowAsync(gone.Token).ConfigureAwait(false) ? (WebSocketCloseStatus.NormalClosure, "The execution has ended.") : (WebSocketCloseStatus.NormalClosure, "The execution was deleted.");
            await CloseAsync(listening, status, why).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // Its client connects again where the server only stops.
            if (server.Stopping.IsCancellationRequested) await CloseAsync(listening, WebSocketCloseStatus.EndpointUnavailable, "The server is stopping.").ConfigureAwait(false);
            else if (_allowance.IsSpent) await CloseAsync(listening, WebSocketCloseStatus.PolicyViolation, MessageAllowance.Spent).ConfigureAwait(false);
            else if (socket.State == WebSocketState.CloseReceived) await CloseAsync(listening, WebSocketCloseStatus.NormalClosure, "").ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ServerLog.ViewerLagging(server.Logger, id, _cursor);
            context.Abort();
        }
        catch (WebSocketException)
        {
            // The client is gone.
        }

        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var step in server.Engine.Follower.FollowAsync(id, 0, server.Options.Heartbeat, cancellationToken).ConfigureAwait(false))
        {
            foreach (var block in step.Blocks)
            {
                foreach (var e in EventJson.ReadBlock(block.Bytes))
                {
                    if (e.Seq <= _cursor) continue;
                    _cursor = e.Seq;
                    foreach (var log in _logs.Apply(e)) await SendAsync(log, cancellationToken).ConfigureAwait(false);
                    if (e.Data is ExecutionCreated { Plan.Reference: { } plan } created)
                        _logs.ApplyPlan((await LogReader.ReadValueAsync(server.Engine.Store, plan, created.Plan.Bytes, cancellationToken).ConfigureAwait(false)).Span);
                }
            }

            if (step.Ended) return true;
            if (step.Parked is { } parked) await SendAsync(_logs.Parked(server.Time.GetUtcNow(), parked), cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>Sends one log.</summary>
    /// <exception cref="TimeoutException">The client does not read.</exception>
    private Task SendAsync(ReadOnlyMemory<byte> log, CancellationToken cancellationToken)
    {
        // A token given to the socket would cut it, and no close could say why.
        var sending = socket.SendAsync(log, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        return sending.IsCompletedSuccessfully ? Task.CompletedTask : sending.AsTask().WaitAsync(server.Options.SlowViewer, server.Time, cancellationToken);
    }

    /// <summary>Reads what the client sends, which means nothing, until it closes.</summary>
    private async Task ListenAsync(CancellationTokenSource gone)
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
            {
                // Nothing is asked on this socket; whoever floods it is let go of, and what still comes is passed over.
                if (!_allowance.TryTake() && _allowance.IsSpent) await gone.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // It went without a word.
        }
        finally
        {
            await gone.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes, and gives the client a while to answer: a connection that is cut at once may lose what was sent last.</summary>
    private async Task CloseAsync(Task listening, WebSocketCloseStatus status, string why)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(status, why, CancellationToken.None).WaitAsync(ServerLimits.LastWord, server.Time).ConfigureAwait(false);
            await listening.WaitAsync(ServerLimits.LastWord, server.Time).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or WebSocketException)
        {
            context.Abort();
        }
    }
}
