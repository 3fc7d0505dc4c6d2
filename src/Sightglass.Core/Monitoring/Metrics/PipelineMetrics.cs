using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Plans;

namespace Sightglass.Core.Monitoring.Metrics;

/// <summary>Measures executions by reading their events: those of an engine, of a monitor, or of a store. It has no other
/// source, so the same log gives the same metrics. Safe for concurrent use.</summary>
public sealed partial class PipelineMetrics
{
    private readonly MetricsOptions _options;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<string, PipelineSeries> _pipelines = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, ExecutionTrack> _tracks = [];
    private readonly QuantileSketch _durations = new();
    private int _stageCount;
    private long _dropped;

    /// <summary>Creates an empty measurement.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below 1.</exception>
    public PipelineMetrics(MetricsOptions? options = null) => _options = (options ?? new MetricsOptions()).Checked();

    /// <summary>Reads everything as it stands.</summary>
    public MetricsSnapshot Snapshot()
    {
        lock (_gate)
            return new MetricsSnapshot([.. _pipelines.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Value.Read())], _durations.Read(), _dropped);
    }

    /// <summary>Counts an execution as active that is taken up again.</summary>
    internal void Adopt(Guid id, string pipelineId, PlanEdges edges)
    {
        lock (_gate) TrackOf(id, pipelineId, edges);
    }

    /// <summary>Forgets an execution that somebody else goes on with.</summary>
    internal void Forget(Guid id)
    {
        lock (_gate) End(id);
    }

    /// <summary>Takes in events of one execution that have been committed, in the order of its log.</summary>
    internal void Observe(Guid id, string pipelineId, PlanEdges edges, IReadOnlyList<ExecutionEvent> events)
    {
        lock (_gate)
        {
            var track = TrackOf(id, pipelineId, edges);
            foreach (var e in events)
            {
                // Ended and re-opened in one commit.
                if (track.HasEnded) track = TrackOf(id, track.PipelineId, track.Edges);
                if (e.Stage is null) ObserveExecution(track, e);
                else ObserveStage(track, e, e.Stage);
            }
        }
    }

    private ExecutionTrack TrackOf(Guid id, string pipelineId, PlanEdges edges)
    {
        if (_tracks.TryGetValue(id, out var track)) return track;
        if (!_pipelines.TryGetValue(pipelineId, out var series) && _pipelines.Count < _options.MaxPipelines)
            _pipelines[pipelineId] = series = new PipelineSeries(pipelineId);
        if (series is not null) series.Active++;
        return _tracks[id] = new ExecutionTrack(pipelineId, series, edges);
    }

    private void End(Guid id)
    {
        if (!_tracks.Remove(id, out var track)) return;
        track.HasEnded = true;
        if (track.Series is { } series) series.Active--;
    }

    private void ObserveExecution(ExecutionTrack track, ExecutionEvent e)
    {
        switch (e.Data)
        {
            case ExecutionStarted:
                track.StartedAt = e.Time;
                break;
            case ExecutionCompleted data:
                EndTurn(track, e, true, data.Totals);
                break;
            case ExecutionFailed data:
                EndTurn(track, e, false, data.Totals);
                break;
            case ExecutionCancelled:
                if (track.Series is { } series) series.Cancelled++;
                else _dropped++;
                End(e.ExecutionId);
                break;
        }
    }

    private void EndTurn(ExecutionTrack track, ExecutionEvent e, bool succeeded, ExecutionTotals? totals)
    {
        var duration = totals is not null ? MetricTime.FromMilliseconds(totals.Duration) : e.Time - (track.StartedAt ?? e.Time);
        if (track.Series is { } series)
        {
            series.Ended(succeeded, duration);
            _durations.Add(duration);
        }
        else
        {
            _dropped++;
        }

        End(e.ExecutionId);
    }

    private void ObserveStage(ExecutionTrack track, ExecutionEvent e, string key)
    {
        switch (e.Data)
        {
            case StageQueued:
                Hold(track, e, key);
                track[key].QueuedAt = e.Time;
                break;
            case StageExpanded:
                Hold(track, e, key);
                break;
            case StageStarted:
                Hold(track, e, key);
                if (track[key].QueuedAt is { } queued) SeriesOf(track, key)?.Queued(e.Time - queued);
                track[key] = new ExecutionTrack.StageTrack { IsRunning = true };
                break;

            // Where a person held it, it waited for no slot.
            case DebugResumed when track[key].QueuedAt is not null:
                track[key].QueuedAt = e.Time;
                break;

            // Of an attempt it is the attempt that waits: the work of a stage whose work is to wait.
            case StageWaiting when e.Attempt == 0:
                track[key].WaitsSince ??= e.Time;
                break;
            case StageCompleted data:
                track[key].IsRunning = false;
                if (e.Attempt > 0) SeriesOf(track, key)?.Ended(true, data.Duration, data.Resources);
                if (!data.WillRepeat) EvaluateDependents(track, e, key, completed: true);
                break;
            case StageFailed data:
                track[key].IsRunning = false;
                CountFailure(track, e, key, data);
                if (!data.WillRetry) EvaluateDependents(track, e, key, completed: false);
                break;
            case StageSkipped:
                EvaluateDependents(track, e, key, completed: false);
                break;
            case TriggerEvaluated data when IsEvaluation(data):
                EvaluateTold(track, e, key, data.Kind);
                break;
            case ApprovalGranted or ApprovalRejected:
                track[key].CountedAnswers++;
                Evaluate(track, e, key, "approval");
                break;
        }
    }

    /// <summary>All that a stage waited for holds.</summary>
    private void Hold(ExecutionTrack track, ExecutionEvent e, string key)
    {
        if (track[key].WaitsSince is not { } since) return;
        track[key].WaitsSince = null;
        SeriesOf(track, key)?.Held(e.Time - since);
    }

    private void CountFailure(ExecutionTrack track, ExecutionEvent e, string key, StageFailed data)
    {
        // The failure of a fan-out repeats those of its instances, which have been counted.
        if (data.Error?.Code == ErrorCodes.InstancesFailed) return;
        SeriesOf(track, key)?.Ended(false, e.Attempt > 0 ? data.Duration : null, data.Resources);
    }

    /// <summary>The end of a stage is what its dependents' triggers are held against.</summary>
    private void EvaluateDependents(ExecutionTrack track, ExecutionEvent e, string key, bool completed)
    {
        foreach (var (to, kind) in track.Edges.From(key))
        {
            var type = kind switch
            {
                "completed" or "branch" => "completed",
                "failed" => "failed",
                "ended" => completed ? "completed" : "failed",
                _ => null,
            };
            if (type is null) continue;
            track[to].CountedEnds++;
            Evaluate(track, e, to, type);
        }
    }

    // That a wait begins, or that nobody needs its end, is no answer; a group's follows from its conditions.
    private static bool IsEvaluation(TriggerEvaluated data) =>
        data is { Cancelled: false, Deadline: null, Kind: not ("all" or "any") } && (data.Kind != "event" || data.Event is not null || data.TimedOut is not null);

    /// <summary>An event tells an evaluation; one that was counted when its cause happened is not counted again.</summary>
    private void EvaluateTold(ExecutionTrack track, ExecutionEvent e, string key, string kind)
    {
        ref var stage = ref track[key];
        if (kind is "completed" or "failed" or "ended" && stage.CountedEnds > 0) stage.CountedEnds--;
        else if (kind == "approval" && stage.CountedAnswers > 0) stage.CountedAnswers--;
        else Evaluate(track, e, key, kind == "ended" ? "completed" : kind);
    }

    private void Evaluate(ExecutionTrack track, ExecutionEvent e, string key, string type)
    {
        ref var stage = ref track[key];
        if (!stage.IsRunning) stage.WaitsSince ??= e.Time;
        SeriesOf(track, key)?.Evaluated(type);
    }

    private StageSeries? SeriesOf(ExecutionTrack track, string key)
    {
        var added = false;
        var series = track.Series?.Find(key, _stageCount < _options.MaxStages, out added);
        if (added) _stageCount++;
        if (series is null) _dropped++;
        return series;
    }
}
