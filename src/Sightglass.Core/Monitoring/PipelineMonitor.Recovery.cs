using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Monitoring.Runs;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring;

/// <content>Runs that an earlier process left open.</content>
public sealed partial class PipelineMonitor
{
    /// <summary>Takes up the runs of the store that have not ended and that this monitor does not have, such as those of a
    /// process that died. Whoever reported them until now can record nothing more: call it where nobody does.</summary>
    /// <param name="rule">What becomes of them.</param>
    /// <param name="cancellationToken">Stops before the next run.</param>
    /// <returns>The runs, oldest first; with <see cref="RecoveryRule.GoOn"/> reports may name them from now on.</returns>
    /// <exception cref="MonitorException">More runs would be under way than <see cref="PipelineMonitorOptions.MaxActive"/>;
    /// those before are taken up.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read for now; those before are taken up.</exception>
    /// <remarks>An attempt that ran is recorded as failed with <c>worker_died</c> and as lost, since nobody knows how it
    /// ended. Executions of engines are left alone.</remarks>
    public async Task<IReadOnlyList<Guid>> RecoverAsync(RecoveryRule rule, CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        var taken = new List<Guid>();
        var open = await LogReader.ListOpenAsync(Store, includeChildren: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        for (var i = open.Count - 1; i >= 0; i--)
        {
            if (_runs.ContainsKey(open[i]) || _closing.ContainsKey(open[i]) || !await ExternalRuns.IsOneAsync(Store, open[i], cancellationToken).ConfigureAwait(false)) continue;
            RequireRoom();
            if (await LoadAsync(open[i], cancellationToken).ConfigureAwait(false) is not { } run || !_runs.TryAdd(run.Id, run)) continue;
            _options.Metrics.Adopt(run.Id, run.Plan.Definition.Id, run.Plan.Edges);
            Report(run, r => r.Recover(rule));
            taken.Add(run.Id);
        }

        return taken;
    }

    private async Task<MonitoredRun?> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        // Claimed before it is read: from then on nobody else can append.
        var epoch = await Store.ClaimAsync(id, cancellationToken).ConfigureAwait(false);
        if (epoch == 0 || await LogReader.FoldAsync(Store, id, cancellationToken: cancellationToken).ConfigureAwait(false) is not { } state || state.Status.IsTerminal()) return null;
        state.CatchUp(state.LastSeq, await LogReader.LastTimeAsync(Store, id, state.LastSeq).ConfigureAwait(false));
        var json = await LogReader.ReadValueAsync(Store, state.Created.DefinitionHash, cancellationToken: cancellationToken).ConfigureAwait(false);
        return new MonitoredRun(id, MonitoredPlan.Make(DefinitionJson.Read(json.Span)), _options.Time, state, epoch);
    }

    private void RequireRoom()
    {
        if (_runs.Count >= _options.MaxActive)
            throw new MonitorException("too_many_runs", $"{_options.MaxActive} runs have not ended; end them, or raise MaxActive.");
    }
}
