using System.Text;
using Sightglass.Core.Definitions;
using Sightglass.Core.Graphs;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring;

/// <content>What can be asked of a monitor, and its end.</content>
public sealed partial class PipelineMonitor
{
    /// <summary>Draws a pipeline.</summary>
    /// <param name="definition">The pipeline; a broken one is drawn as far as it goes.</param>
    /// <param name="format">How.</param>
    /// <param name="runId">A run of it whose state is drawn too. An ended one that is out of memory is drawn by
    /// <see cref="VisualizeAsync"/>.</param>
    /// <exception cref="MonitorException">There is no such run in memory.</exception>
    public string Visualize(PipelineDefinition definition, VisualizationFormat format, Guid? runId = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return Draw(definition, format, runId is { } id ? DrawnOf(id) : null);
    }

    /// <summary>Draws a run of the store with the definition it began with and its state, be it long ended or of an engine.</summary>
    /// <returns>The drawing, or <see langword="null"/> where the store has no such run.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be read for now.</exception>
    public async Task<string?> VisualizeAsync(Guid runId, VisualizationFormat format, CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        if (await LogReader.FoldAsync(Store, runId, cancellationToken: cancellationToken).ConfigureAwait(false) is not { } state) return null;
        var json = await LogReader.ReadValueAsync(Store, state.Created.DefinitionHash, cancellationToken: cancellationToken).ConfigureAwait(false);
        return Draw(DefinitionJson.Read(json.Span), format, GraphState.Of(state));
    }

    /// <summary>Lists runs, newest first, those that have not ended included.</summary>
    /// <exception cref="ArgumentException">The query's cursor is none, or its limit is not 1 to 1000.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read for now.</exception>
    public async Task<ExecutionPage> HistoryAsync(ExecutionQuery? query = null, CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return await Store.ListAsync(query ?? new ExecutionQuery(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells when each attempt of a run was queued, started and ended.</summary>
    /// <returns>The timeline, or <see langword="null"/> where the store has no such run.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be read for now.</exception>
    public async Task<RunTimeline?> TimelineAsync(Guid runId, CancellationToken cancellationToken = default)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return await RunTimeline.ReadAsync(Store, runId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes when everything that was reported until now is in the store, and so durable where the store is.</summary>
    /// <exception cref="MonitorException">A run's log belongs to somebody else, or the monitor was disposed before the store
    /// took it.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        foreach (var run in _runs.Values.Concat(_closing.Values).ToArray()) await run.WhenCommittedAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops taking reports and brings what was accepted to the store, for at most
    /// <see cref="PipelineMonitorOptions.MaxWait"/>. Runs that have not ended stay as they are.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closed) return;
        _closed = true;
        try
        {
            await FlushAsync().WaitAsync(_options.MaxWait, _options.Time).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or MonitorException)
        {
            Runs.MonitorLog.GivenUp(_options.Logger, e);
        }

        _sink.Abandon();
        (_sink as IDisposable)?.Dispose();
        if (_ownsStore) await Store.DisposeAsync().ConfigureAwait(false);
    }

    private static string Draw(PipelineDefinition definition, VisualizationFormat format, GraphState? state)
    {
        var graph = PipelineGraph.Build(definition);
        return format switch
        {
            VisualizationFormat.Dot => DotWriter.Write(graph, state),
            VisualizationFormat.Json => Encoding.UTF8.GetString(GraphJson.Write(graph, state)),
            VisualizationFormat.Mermaid => MermaidWriter.Write(graph, state),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Choose Dot, Json or Mermaid."),
        };
    }

    private GraphState DrawnOf(Guid id)
    {
        if (_ended.Find(id) is { } ended) return ended;
        if (!_runs.TryGetValue(id, out var run))
            return _ended.Find(id) ?? throw new MonitorException("run_unknown", $"This monitor has no run {id} in memory; draw an older one with VisualizeAsync.");
        lock (run.Gate) return run.Drawn;
    }
}
