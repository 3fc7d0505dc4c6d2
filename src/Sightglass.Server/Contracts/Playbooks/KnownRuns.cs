using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>The reports of runs as their logs tell them. Those that were asked for lately are kept, so that the next poll reads
/// only what is new. Safe for concurrent use.</summary>
internal sealed class KnownRuns(IEventStore store)
{
    private const int ReadBytes = 1024 * 1024;

    private readonly Lock _gate = new();

    // Guarded by _gate: the newest asked for stands last.
    private readonly LinkedList<KnownRun> _runs = new();

    /// <summary>Reads a run to the end of its log, and lets the caller read it while nobody else changes it.</summary>
    /// <returns>Whether there is such a run.</returns>
    public async Task<bool> ReadAsync(Guid id, Action<RunReports, PipelineDefinition?> read, CancellationToken cancellationToken)
    {
        var run = Find(id);
        await run.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            try
            {
                await CatchUpAsync(run, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // It may stand between an event and what belongs to it.
                run.StartOver();
                throw;
            }

            if (run.Reports.State.LastSeq == 0) return false;
            read(run.Reports, run.Definition);
            return true;
        }
        finally
        {
            run.Turn.Release();
            Trim();
        }
    }

    private KnownRun Find(Guid id)
    {
        lock (_gate)
        {
            for (var node = _runs.First; node is not null; node = node.Next)
            {
                if (node.Value.Id != id) continue;
                _runs.Remove(node);
                _runs.AddLast(node);
                return node.Value;
            }

            return _runs.AddLast(new KnownRun(id)).Value;
        }
    }

    private void Trim()
    {
        lock (_gate)
        {
            var weight = _runs.Sum(r => r.Reports.Weight);
            while (_runs.Count > 1 && (_runs.Count > ContractLimits.MaxKnownRuns || weight > ContractLimits.MaxKnownBytes))
            {
                weight -= _runs.First!.Value.Reports.Weight;
                _runs.RemoveFirst();
            }
        }
    }

    private async Task CatchUpAsync(KnownRun run, CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await store.ReadAsync(run.Id, run.Reports.State.LastSeq, BlockFilter.All, ReadBytes, cancellationToken).ConfigureAwait(false);

            // It was deleted since.
            if (page.Last < run.Reports.State.LastSeq) run.StartOver();
            if (page.Blocks.Count == 0) return;
            foreach (var e in page.Blocks.SelectMany(block => EventJson.ReadBlock(block.Bytes)))
            {
                if (e.Seq <= run.Reports.State.LastSeq) continue;
                run.Reports.Apply(e);
                if (e.Data is ExecutionCreated created) await BeginAsync(run, created, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task BeginAsync(KnownRun run, ExecutionCreated created, CancellationToken cancellationToken)
    {
        if (created.Plan.Reference is { } plan) run.Reports.ApplyPlan((await LogReader.ReadValueAsync(store, plan, created.Plan.Bytes, cancellationToken).ConfigureAwait(false)).Span);
        if (await store.ReadValueAsync(created.DefinitionHash, 0, int.MaxValue, cancellationToken).ConfigureAwait(false) is { } json) run.Definition = DefinitionJson.Read(json.Span);
    }

    private sealed class KnownRun(Guid id)
    {
        public Guid Id => id;

        /// <summary>Gets what whoever reads or changes the reports holds.</summary>
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public RunReports Reports { get; private set; } = new();

        public PipelineDefinition? Definition { get; set; }

        public void StartOver() => (Reports, Definition) = (new RunReports(), null);
    }
}
