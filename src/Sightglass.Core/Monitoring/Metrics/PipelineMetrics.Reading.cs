using System.Collections.Concurrent;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring.Metrics;

/// <content>Measuring what stands in a store.</content>
public sealed partial class PipelineMetrics
{
    private const int PageBytes = 1024 * 1024;

    // Plans by the hash of their definition; emptied when it is full.
    private readonly ConcurrentDictionary<string, PlanEdges> _plans = new(StringComparer.Ordinal);

    /// <summary>Measures every execution of a store from a position on, as an engine would have measured it while it ran.
    /// One caller at a time; an execution that an engine or a monitor measures here already would count twice.</summary>
    /// <param name="store">The store.</param>
    /// <param name="afterPosition">What an earlier call returned, 0 for the start.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The position to go on from.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be read for now.</exception>
    public async Task<long> ReadAsync(IEventStore store, long afterPosition = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        while (true)
        {
            var blocks = await store.ReadFromPositionAsync(afterPosition, PageBytes, cancellationToken).ConfigureAwait(false);
            if (blocks.Count == 0) return afterPosition;
            foreach (var block in blocks)
            {
                afterPosition = block.Position;
                if (block.Kind == BlockKind.Decision) await ReadBlockAsync(store, block, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ReadBlockAsync(IEventStore store, EventBlock block, CancellationToken cancellationToken)
    {
        var events = EventJson.ReadBlock(block.Bytes).ToList();
        var created = events[0].Data as ExecutionCreated;
        if (created is null && !Knows(block.ExecutionId))
        {
            // Begun before the position, or ended before it and re-opened.
            var first = await store.ReadAsync(block.ExecutionId, 0, BlockFilter.Decisions, 1, cancellationToken).ConfigureAwait(false);
            created = first.Blocks.Count == 0 ? null : EventJson.ReadBlock(first.Blocks[0].Bytes).First().Data as ExecutionCreated;
            if (created is null) return;
        }

        var edges = created is null ? PlanEdges.None : await EdgesAsync(store, created, cancellationToken).ConfigureAwait(false);
        Observe(block.ExecutionId, created?.PipelineId ?? "", edges, events);
    }

    private bool Knows(Guid id)
    {
        lock (_gate) return _tracks.ContainsKey(id);
    }

    private async Task<PlanEdges> EdgesAsync(IEventStore store, ExecutionCreated created, CancellationToken cancellationToken)
    {
        if (_plans.TryGetValue(created.DefinitionHash, out var known)) return known;
        var json = created.Plan.Reference is { } reference
            ? await LogReader.ReadValueAsync(store, reference, created.Plan.Bytes, cancellationToken).ConfigureAwait(false)
            : created.Plan.Json;
        if (_plans.Count >= MonitorLimits.MaxKnownPlans) _plans.Clear();
        return _plans[created.DefinitionHash] = PlanEdges.Read(json.Span);
    }
}
