using Sightglass.Core.Executions;
using Sightglass.Core.Monitoring.Metrics;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Monitoring.Runs;

/// <content>What waits to be committed, and who waits for it.</content>
internal sealed partial class MonitoredRun
{
    private readonly PendingAppend _pending = new();
    private readonly List<(long Seq, TaskCompletionSource Done)> _waiters = [];
    private string _preview = known is null ? "" : TextExcerpt.Of(known.Created.Input).Preview(ExecutionLimits.MaxInputPreviewChars);
    private TextExcerpt? _input;
    private long _committed = known?.LastSeq ?? 0;
    private bool _isBeingWritten;
    private MonitorException? _lost;

    /// <summary>Gets whether nothing more can be recorded of it.</summary>
    public bool IsLost => _lost is not null;

    /// <summary>Gets whether it has ended and all of it is in the store.</summary>
    public bool IsSettled
    {
        get
        {
            lock (Gate) return HasEnded && _committed >= _state.LastSeq;
        }
    }

    /// <summary>Gets the bytes that wait, those of a commit under way not counted.</summary>
    public long PendingBytes => _pending.ByteCount;

    /// <summary>Takes the duty to write; false where somebody has it.</summary>
    public bool TryBeginWriting()
    {
        if (_isBeingWritten || _pending.IsEmpty) return false;
        return _isBeingWritten = true;
    }

    /// <summary>Takes what waits; null, and the duty is given back, where nothing does.</summary>
    public (Append Append, long Bytes, bool Ended)? Take()
    {
        lock (Gate)
        {
            if (_pending.IsEmpty)
            {
                _isBeingWritten = false;
                return null;
            }

            var bytes = _pending.ByteCount;
            var append = _pending.Build(id, epoch, _pending.HasDecisions ? ExecutionSummary.Of(_state, nextDue: null, _preview, _input) : null);
            _input = null;
            _pending.Clear();
            return (append, bytes, HasEnded);
        }
    }

    public void Committed(long last)
    {
        lock (Gate)
        {
            _committed = last;
            for (var i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_waiters[i].Seq > last) continue;
                _waiters[i].Done.TrySetResult();
                _waiters.RemoveAt(i);
            }
        }
    }

    /// <summary>Nothing more can be recorded: the log has another owner, was deleted, or is refused.</summary>
    /// <returns>The bytes that are given up.</returns>
    public long Lose(MonitorException why, PipelineMetrics metrics)
    {
        lock (Gate)
        {
            _lost = why;
            metrics.Forget(id);
            foreach (var (_, done) in _waiters) done.TrySetException(_lost);
            _waiters.Clear();
            var bytes = _pending.ByteCount;
            _pending.Clear();
            _isBeingWritten = false;
            return bytes;
        }
    }

    /// <summary>Completes when everything that was recorded until now is in the store.</summary>
    public Task WhenCommittedAsync()
    {
        lock (Gate)
        {
            if (_lost is not null) return Task.FromException(_lost);
            if (_committed >= _state.LastSeq) return Task.CompletedTask;
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((_state.LastSeq, done));
            return done.Task;
        }
    }
}
