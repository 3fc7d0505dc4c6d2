using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Executions;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Streaming;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>The playbook viewer's stream of server-sent events: live only, or from the cursor of a client that comes back. It
/// stays open for a while after the end, since that client takes a close for a failure.</summary>
internal sealed class PlaybookStream(HttpContext context, ServerContext server, Guid id)
{
    private readonly ViewerWriter _writer = new(context, server);

    /// <param name="state">The state at the cursor, or now.</param>
    /// <param name="cursor">What the client received last; null for live only.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async Task RunAsync(ExecutionState state, PlaybookCursor? cursor, CancellationToken cancellationToken)
    {
        // The event of the cursor may have frames that were not received: it is told once more from there.
        var from = state.LastSeq;
        if (cursor is { Seq: > 0, Frame: < int.MaxValue } partial)
        {
            from = partial.Seq - 1;
            state = from == 0 ? new ExecutionState() : (await LogReader.FoldAsync(server.Engine.Store, id, from, cancellationToken).ConfigureAwait(false))!;
        }

        var lines = new StageLines();
        await OpenLinesAsync(state, from, lines, cancellationToken).ConfigureAwait(false);
        SseHeaders.Set(context.Response);
        await context.Response.StartAsync(cancellationToken).ConfigureAwait(false);

        // Who comes back before the first event knows from where.
        Write("connected", cursor is null ? from.ToString(CultureInfo.InvariantCulture) : null, ContractJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "connected"u8);
            writer.WriteString("runId"u8, id);
            ContractJson.WriteTime(writer, "timestamp"u8, server.Time.GetUtcNow());
            writer.WriteEndObject();
        }));
        if (!await FlushAsync(cancellationToken).ConfigureAwait(false)) return;
        await FollowAsync(new PlaybookEvents(state, lines), from, cursor, cancellationToken).ConfigureAwait(false);
    }

    private async Task FollowAsync(PlaybookEvents events, long from, PlaybookCursor? received, CancellationToken cancellationToken)
    {
        var heartbeat = ContractLimits.PlaybookHeartbeat;
        var quietSince = server.Time.GetTimestamp();
        long? endedSince = null;
        await foreach (var step in server.Engine.Follower.FollowAsync(id, from, heartbeat, cancellationToken).ConfigureAwait(false))
        {
            foreach (var block in step.Blocks)
            {
                foreach (var e in EventJson.ReadBlock(block.Bytes))
                {
                    if (e.Seq <= from) continue;
                    from = e.Seq;
                    if (!await TellAsync(events, e, received, cancellationToken).ConfigureAwait(false)) return;
                }
            }

            // Sent away: the viewer polls from now on.
            if (!server.Switch.IsOn) return;
            if (step.Parked is { } parked)
            {
                var frame = events.RunFailed(server.Time.GetUtcNow(), parked);
                Write(frame.Type, null, frame.Json);
            }

            endedSince = step.Ended ? endedSince ?? server.Time.GetTimestamp() : null;
            if (endedSince is { } ended && server.Time.GetElapsedTime(ended) >= ContractLimits.PlaybookAfterEnd) return;
            if (_writer.IsEmpty && server.Time.GetElapsedTime(quietSince) >= heartbeat) _writer.Write(": heartbeat\n\n"u8);
            if (_writer.IsEmpty) continue;
            quietSince = server.Time.GetTimestamp();
            if (!await FlushAsync(cancellationToken).ConfigureAwait(false)) return;
        }
    }

    private async ValueTask<bool> TellAsync(PlaybookEvents events, ExecutionEvent e, PlaybookCursor? received, CancellationToken cancellationToken)
    {
        var number = 0;

        // A plan too large for its event stands apart.
        var frames = events.Apply(e);
        if (e.Data is ExecutionCreated { Plan.Reference: { } plan } created)
            events.ApplyPlan((await LogReader.ReadValueAsync(server.Engine.Store, plan, created.Plan.Bytes, cancellationToken).ConfigureAwait(false)).Span);
        foreach (var frame in frames)
        {
            if (received is not { } known || known.Seq != e.Seq || number > known.Frame) Write(frame.Type, $"{e.Seq}.{number}", frame.Json);
            number++;
            if (_writer.IsFull && !await FlushAsync(cancellationToken).ConfigureAwait(false)) return false;
        }

        return true;
    }

    /// <summary>Reads the beginnings of lines that were being printed.</summary>
    private async Task OpenLinesAsync(ExecutionState state, long upTo, StageLines lines, CancellationToken cancellationToken)
    {
        var running = state.Stages.SelectMany(s => state.InstancesOf(s.Id).Prepend(s)).Where(s => s.InAttempt).ToDictionary(s => s.Key, s => s.Attempt, StringComparer.Ordinal);
        if (running.Count == 0) return;
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var found = await OutputTails.ReadAsync(server.Engine.Store, id, upTo, running, Enough, cancellationToken).ConfigureAwait(false);
        foreach (var (stage, pieces) in found) lines.Begin(stage, pieces);

        bool Enough(string stage, StageOutputWritten piece) => (seen[stage] = seen.GetValueOrDefault(stage) + piece.Text.Length) >= 4 * ContractLimits.MaxLineChars;
    }

    private void Write(string type, string? cursor, ReadOnlyMemory<byte> json)
    {
        _writer.Write("event: "u8);
        _writer.Write(Encoding.UTF8.GetBytes(type));
        if (cursor is not null)
        {
            _writer.Write("\nid: "u8);
            _writer.Write(Encoding.UTF8.GetBytes(cursor));
        }

        _writer.Write("\ndata: "u8);
        _writer.Write(json.Span);
        _writer.Write("\n\n"u8);
    }

    private async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        var outcome = await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (outcome == FlushOutcome.TooSlow) await _writer.CloseAsync(": too slow\n\n"u8.ToArray()).ConfigureAwait(false);
        return outcome == FlushOutcome.Sent;
    }
}
