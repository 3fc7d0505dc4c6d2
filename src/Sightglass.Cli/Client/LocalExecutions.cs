using System.Runtime.CompilerServices;
using Sightglass.Core.Executions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Cli.Client;

/// <summary>Executions of the engine in this process: no socket between the view and the log.</summary>
internal sealed class LocalExecutions(PipelineEngine engine, string requestedBy) : IExecutionSource
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Guid id, long after, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var step in engine.Follower.FollowAsync(id, after, Heartbeat, cancellationToken).ConfigureAwait(false))
        {
            foreach (var block in step.Blocks)
            {
                // The first block may begin before the cursor.
                var lines = block.Bytes;
                for (var seq = block.FirstSeq; seq <= after; seq++) lines = lines[(lines.Span.IndexOf((byte)'\n') + 1)..];
                if (!lines.IsEmpty) yield return lines;
            }

            if (step.Ended || step.Parked is not null || (!follow && step.Blocks.Count == 0)) yield break;
        }
    }

    public Task<ReadOnlyMemory<byte>> ReadValueAsync(Payload payload, CancellationToken cancellationToken) =>
        LogReader.ReadValueAsync(engine.Store, payload.Reference!, payload.Bytes, cancellationToken);

    public Task<string?> FindParkedAsync(Guid id, CancellationToken cancellationToken) => Task.FromResult(engine.GetParked(id)?.Message);

    public Task CancelAsync(Guid id, string reason) => engine.CancelAsync(id, requestedBy, reason);
}
