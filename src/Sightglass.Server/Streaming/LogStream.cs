using Sightglass.Core.Ports;
using Sightglass.Core.Stages;
using Sightglass.Server.Streaming.Hubs;

namespace Sightglass.Server.Streaming;

/// <summary>Sends a log from a cursor to its end, whatever the transport: takes a place at the hub first, then catches up from
/// the store, then goes on with what all viewers share.</summary>
/// <param name="server">The server.</param>
/// <param name="executionId">Whose log it is.</param>
/// <param name="after">The cursor.</param>
/// <param name="filter">What is sent of it.</param>
/// <param name="watcher">As whom it counts among those who watch; empty for one of its own.</param>
internal abstract class LogStream(ServerContext server, Guid executionId, long after, EventFilter filter, string watcher = "")
{
    /// <summary>Gets the sequence up to which the viewer has everything it asked for.</summary>
    public long Cursor { get; private set; } = after;

    /// <summary>Gets how many events were sent.</summary>
    protected long Sent { get; private set; }

    protected ServerContext Server => server;

    protected Guid ExecutionId => executionId;

    /// <summary>Gets whether enough is waiting to be sent.</summary>
    protected abstract bool IsFull { get; }

    /// <summary>Gets whether nothing is.</summary>
    protected abstract bool IsEmpty { get; }

    /// <summary>Writes a whole block.</summary>
    protected abstract void Write(FrameChunk chunk);

    /// <summary>Writes one event.</summary>
    protected abstract void Write(long seq, ReadOnlySpan<byte> line);

    protected abstract void WriteHeartbeat();

    /// <summary>Says that the execution has ended.</summary>
    protected abstract void WriteEnd();

    /// <summary>Says that the execution stands still; the log has not ended, so neither does the stream: another process may
    /// take it up.</summary>
    /// <returns>Whether the stream goes on.</returns>
    protected abstract bool WriteParked(StageError reason);

    /// <summary>Says that the log is not the one that the cursor belongs to.</summary>
    protected abstract void WriteReset();

    /// <summary>Says that the server stops, and that the viewer is to come back with its cursor.</summary>
    protected abstract void WriteDraining();

    /// <summary>Sends what was written.</summary>
    /// <returns>Whether the stream goes on; where not, the viewer was told what there is to tell.</returns>
    protected abstract ValueTask<bool> FlushAsync(CancellationToken cancellationToken);

    /// <summary>Says how many watch; by default nobody wants to know.</summary>
    protected virtual void WriteWatching(int count)
    {
    }

    /// <summary>Tells whether the stream is to stop for what is not in the log, and says so; by default it never is.</summary>
    protected virtual bool IsTakenAway() => false;

    /// <summary>Sends until the end, until the viewer leaves or until <paramref name="cancellationToken"/>.</summary>
    /// <param name="last">A sequence that the log has reached.</param>
    /// <param name="cancellationToken">Ends it without a word.</param>
    protected async Task FollowAsync(long last, CancellationToken cancellationToken)
    {
        var viewer = server.Streams.Join(executionId, last, watcher);
        viewer.QuietSince = server.Time.GetTimestamp();
        var registration = cancellationToken.UnsafeRegister(static viewer => ((ExecutionViewer)viewer!).Cancel(), viewer);
        try
        {
            StageError? told = null;
            var watching = 0;
            while (!viewer.IsCancelled)
            {
                var seen = viewer.Version;
                var state = viewer.Hub.State;
                if (await PassOnAsync(viewer, cancellationToken).ConfigureAwait(false) is { } goesOn)
                {
                    if (!goesOn) return;
                    if (!server.Streams.IsDraining) continue;
                }

                var isLast = true;
                if (state.Gone) WriteReset();
                else if (state.Ended && Cursor == state.Last) WriteEnd();
                else if (server.Streams.IsDraining || IsTakenAway()) WriteDraining();
                else isLast = false;
                if (isLast)
                {
                    if (!IsEmpty) await FlushAsync(cancellationToken).ConfigureAwait(false);
                    return;
                }

                if (viewer.Hub.Watching != watching) WriteWatching(watching = viewer.Hub.Watching);
                if (state.Parked is null) told = null;
                var goesOnParked = true;
                if (state.Parked is { } parked && parked != told && Cursor >= state.Last) goesOnParked = WriteParked(told = parked);
                else if (IsEmpty && server.Time.GetElapsedTime(viewer.QuietSince) >= server.Options.Heartbeat) WriteHeartbeat();
                if (!IsEmpty && !await SendAsync(viewer, cancellationToken).ConfigureAwait(false)) return;
                if (!goesOnParked) return;
                await viewer.WaitAsync(seen).ConfigureAwait(false);
            }
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            server.Streams.Leave(viewer);
        }
    }

    /// <summary>Writes what there is after the cursor.</summary>
    /// <returns>Nothing where the viewer has all there was; else whether the stream goes on.</returns>
    private async ValueTask<bool?> PassOnAsync(ExecutionViewer viewer, CancellationToken cancellationToken)
    {
        bool isBehind;
        while (viewer.Next(Cursor, out isBehind) is { } chunk)
        {
            if (filter.IsOpen && chunk.Block.FirstSeq == Cursor + 1)
            {
                Write(chunk);
                Sent += chunk.Block.Count;
                Cursor = chunk.Block.LastSeq;
            }
            else if (!await WriteAsync(chunk.Block, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            if (IsFull && !await SendAsync(viewer, cancellationToken).ConfigureAwait(false)) return false;
        }

        if (!isBehind) return null;
        var page = await server.Streams.CatchUpAsync(executionId, Cursor, cancellationToken).ConfigureAwait(false);
        foreach (var block in page.Blocks)
        {
            if (!await WriteAsync(block, cancellationToken).ConfigureAwait(false)) return false;
        }

        if (!IsEmpty && !await SendAsync(viewer, cancellationToken).ConfigureAwait(false)) return false;

        // Nothing where the hub knows of more: it was deleted, which the hub will hear as well.
        return page.Blocks.Count > 0 ? true : null;
    }

    private ValueTask<bool> SendAsync(ExecutionViewer viewer, CancellationToken cancellationToken)
    {
        viewer.QuietSince = server.Time.GetTimestamp();
        return FlushAsync(cancellationToken);
    }

    /// <summary>Writes a block from the cursor on, and sends whenever enough is waiting.</summary>
    protected async ValueTask<bool> WriteAsync(EventBlock block, CancellationToken cancellationToken)
    {
        while (Cursor < block.LastSeq)
        {
            WriteLines(block);
            if (IsFull && !await FlushAsync(cancellationToken).ConfigureAwait(false)) return false;
        }

        return true;
    }

    private void WriteLines(EventBlock block)
    {
        var lines = new BlockLines(block, Cursor);
        while (!IsFull && lines.MoveNext())
        {
            Cursor = lines.Seq;
            if (!filter.Fits(lines.Line)) continue;
            Write(lines.Seq, lines.Line);
            Sent++;
        }
    }
}
