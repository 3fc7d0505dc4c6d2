using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Streaming;

namespace Sightglass.Server.Contracts.Dashboard;

/// <summary>Follows one execution for a client of the live pipeline dashboard: what follows a sequence, live, to its closing message.</summary>
/// <param name="server">What it reads.</param>
/// <param name="id">The execution.</param>
/// <param name="after">The last sequence that is not told. The log may have grown since the client was answered.</param>
/// <param name="send">Sends one message, and is never called twice at once; false where the client has left.</param>
/// <param name="conclude">Called before the last message.</param>
internal sealed class DashboardFollower(ServerContext server, Guid id, long after, Func<ReadOnlyMemory<byte>, ValueTask<bool>> send, Action conclude) : IDisposable
{
    private readonly DashboardTexts _texts = new(server.Engine.Store, id);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SemaphoreSlim _news = new(0);

    /// <summary>Sends what happens until the execution ends, or the token does.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await LogReader.FoldAsync(server.Engine.Store, id, after, cancellationToken).ConfigureAwait(false) is not { } state) return;
        var messages = new DashboardMessages(state);
        if (state.Status.IsTerminal())
        {
            await CloseAsync(messages, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Either ends the other: the client has left, or nothing more comes.
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var outputs = SendOutputsAsync(messages, both);
        try
        {
            while (!await FollowAsync(messages, both.Token).ConfigureAwait(false))
            {
                // The store is away: what has been told stands, and it goes on from there.
                await Task.Delay(StreamLimits.FollowRetry, server.Time, both.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            await both.CancelAsync().ConfigureAwait(false);
            await outputs.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        _turn.Dispose();
        _news.Dispose();
    }

    /// <returns>Whether nothing more comes; else the store could not be read.</returns>
    private async Task<bool> FollowAsync(DashboardMessages messages, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var step in server.Engine.Follower.FollowAsync(id, messages.State.LastSeq, server.Options.Heartbeat, cancellationToken).ConfigureAwait(false))
            {
                await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    foreach (var block in step.Blocks)
                    {
                        foreach (var e in EventJson.ReadBlock(block.Bytes))
                        {
                            if (e.Seq > messages.State.LastSeq && !await TellAsync(messages, e, cancellationToken).ConfigureAwait(false)) return true;
                        }
                    }

                    if (step.Ended) await CloseAsync(messages, cancellationToken).ConfigureAwait(false);
                    else if (step.Parked is { } parked) await ConcludeAsync(messages.Failed(parked)).ConfigureAwait(false);
                    if (step.Ended || step.Parked is not null) return true;
                    if (_texts.HasNews && _news.CurrentCount == 0) _news.Release();
                }
                finally
                {
                    _turn.Release();
                }
            }
        }
        catch (StoreUnavailableException)
        {
            return false;
        }

        return true;
    }

    private async ValueTask<bool> TellAsync(DashboardMessages messages, ExecutionEvent e, CancellationToken cancellationToken)
    {
        switch (e.Data)
        {
            case StageStarted:
                _texts.Begin(e.Stage!, e.Attempt);
                break;
            case StageOutputWritten piece:
                await _texts.AddAsync(e, piece, cancellationToken).ConfigureAwait(false);
                break;
            case StageCompleted { WillRepeat: false } or StageFailed { WillRetry: false } or StageCancelled when e.Attempt > 0:
                if (await _texts.EndAsync(e.Stage!, e.Attempt, e.Seq - 1, cancellationToken).ConfigureAwait(false) is { } text
                    && !await send(messages.Output(e.Stage!, text.Text, isFinal: true)).ConfigureAwait(false)) return false;
                break;
        }

        foreach (var message in messages.Apply(e))
        {
            if (!await send(message).ConfigureAwait(false)) return false;
        }

        return true;
    }

    /// <summary>Sends texts that have grown, one at a time and not too often, whoever printed them.</summary>
    private async Task SendOutputsAsync(DashboardMessages messages, CancellationTokenSource both)
    {
        try
        {
            while (true)
            {
                await _news.WaitAsync(both.Token).ConfigureAwait(false);
                while (await SendOneAsync(messages, both.Token).ConfigureAwait(false))
                    await Task.Delay(ContractLimits.DashboardOutput, server.Time, both.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            await both.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> SendOneAsync(DashboardMessages messages, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await _texts.TakeNewsAsync(messages.State, cancellationToken).ConfigureAwait(false) is { } news
                && await send(messages.Output(news.Stage, news.Text.Text, isFinal: false)).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            // It is told with what comes next, or at the end.
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask CloseAsync(DashboardMessages messages, CancellationToken cancellationToken) =>
        await ConcludeAsync(messages.Closing(await RecordedValues.InlinedAsync(server.Engine.Store, messages.State.Output, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);

    private async ValueTask ConcludeAsync(ReadOnlyMemory<byte> message)
    {
        conclude();
        await send(message).ConfigureAwait(false);
    }
}
