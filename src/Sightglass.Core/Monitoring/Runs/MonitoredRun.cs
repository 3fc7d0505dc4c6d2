using System.Text;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Graphs;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Monitoring.Runs;

/// <summary>One run that another program reports: the rules of its log, its state, and what waits to be committed.
/// Everything but the constants is guarded by <see cref="Gate"/>.</summary>
/// <param name="id">The run.</param>
/// <param name="plan">Its pipeline.</param>
/// <param name="time">The clock.</param>
/// <param name="known">What the store has of it, where an earlier process began it.</param>
/// <param name="epoch">What the claim of it gave.</param>
/// <param name="endsByItself">Whether it ends when nothing more of its plan can run; else its end is reported.</param>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The pending append's writer holds no unmanaged resource, and a run has no moment at which nobody may report.")]
internal sealed partial class MonitoredRun(Guid id, MonitoredPlan plan, TimeProvider time, ExecutionState? known = null, long epoch = 1, bool endsByItself = true)
{
    public static WorkerIdentity OwnWorker { get; } = new($"{Environment.MachineName}/{Environment.ProcessId}", Environment.MachineName, Environment.ProcessId);

    private readonly ExecutionState _state = known ?? new ExecutionState();
    private readonly Dictionary<string, OpenAttempt> _open = new(StringComparer.Ordinal);
    private readonly List<ExecutionEvent> _decided = [];
    private DateTimeOffset _now;

    public Lock Gate { get; } = new();

    public Guid Id => id;

    public MonitoredPlan Plan => plan;

    public bool HasEnded => _state.Status.IsTerminal();

    /// <summary>Gets how every stage stands now, to be drawn.</summary>
    public GraphState Drawn => GraphState.Of(_state);

    /// <summary>Begins a report: what follows has one time.</summary>
    public void Begin()
    {
        if (_lost is not null) throw _lost;
        if (HasEnded) throw Ended(id);
        var now = time.GetUtcNow();
        now = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        _now = now > _state.LastTime ? now : _state.LastTime;
        _decided.Clear();
    }

    /// <summary>Gets the decisions of this report, for who measures.</summary>
    public IReadOnlyList<ExecutionEvent> Decided => _decided;

    public static MonitorException Ended(Guid id) =>
        new("run_ended", $"Run {id} has ended; start another with StartRun. A run ends by itself when all its stages have ended.");

    public void Create(RunOptions options, Payload input, string organization = "default", DateTimeOffset? time = null)
    {
        if (time is { } reported && reported < _now) _now = reported.AddTicks(-(reported.Ticks % TimeSpan.TicksPerMicrosecond));
        if (options.Labels is { } given && (given.Count > StartRequest.MaxLabels || given.Any(l => l.Key.Length > StartRequest.MaxLabelChars || l.Value.Length > StartRequest.MaxLabelChars)))
            throw new MonitorException("labels_too_many", $"A run may have {StartRequest.MaxLabels} labels of at most {StartRequest.MaxLabelChars} characters each.");
        var created = new ExecutionCreated
        {
            PipelineId = plan.Definition.Id,
            Name = ExecutionLimits.Cut(plan.Definition.DisplayName, StartRequest.MaxNameChars),
            Version = plan.Definition.Version,
            DefinitionHash = plan.Hash,
            Input = input,
            Trigger = ExternalRuns.Trigger,
            Labels = options.Labels is { Count: > 0 } labels ? new Dictionary<string, string>(labels) : null,
            RequestedBy = options.RequestedBy,
            Organization = organization,
            ExternalId = options.ExternalId,
            Plan = Payload.FromJson(plan.Graph),
        };
        if (EventFit.FixedBytes(created) is > ExecutionLimits.MaxCreatedBytes and var size)
            throw new MonitorException("start_too_large", $"Labels and names take {size} bytes of the log's first event; {ExecutionLimits.MaxCreatedBytes} is the most. Shorten them.");
        Emit(null, 0, created);
        _state.ApplyPlan(plan.Graph.Span);
        _pending.AddValues([new StoredValue(plan.Hash, plan.Json)]);
        _input = TextExcerpt.Of(input);
        _preview = _input.Preview(ExecutionLimits.MaxInputPreviewChars);
    }

    public void Queue(string stage)
    {
        var s = Ready(stage);
        if (s.Status == StageStatus.Queued) throw new MonitorException("stage_queued", $"Stage '{stage}' is queued already; report StageStarted next.");
        Emit(stage, 0, new StageQueued());
    }

    public void Wait(string stage, TriggerKind kind, string? detail, DateTimeOffset? until)
    {
        Ready(stage);
        var name = kind.ToString().ToLowerInvariant();
        Emit(stage, 0, new StageWaiting { For = kind == TriggerKind.Condition ? "event" : name, Detail = Bounded(detail), Until = until });
    }

    public void Evaluate(string stage, TriggerKind kind, bool result, string? why, Payload? data)
    {
        Ready(stage);
        Emit(stage, 0, new TriggerEvaluated { Trigger = plan.LeafOf(stage, kind), Kind = kind.ToString().ToLowerInvariant(), Result = result, Why = Bounded(why), Event = data });
    }

    public void Start(string stage, StageStarted started)
    {
        var s = Ready(stage);
        if (_state.StartedAt is null) Emit(null, 0, new ExecutionStarted());
        if (s.Status != StageStatus.Queued) Emit(stage, 0, new StageQueued());
        Emit(stage, s.Attempt + 1, started);
        _open[stage] = new OpenAttempt(time.GetTimestamp());
    }

    public void Print(string stage, string text, OutputStream stream)
    {
        var (s, attempt) = Running(stage);
        for (var from = 0; from < text.Length;)
        {
            var length = Math.Min(MonitorLimits.MaxOutputChars, text.Length - from);
            if (from + length < text.Length && char.IsHighSurrogate(text[from + length - 1])) length--;

            // What is no character is recorded as one that says so, and counted as such.
            var piece = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text, from, length));
            Emit(stage, s.Attempt, new StageOutputWritten { Text = piece, Stream = stream == OutputStream.Output ? "output" : "error", Offset = attempt.Offset });
            attempt.Offset += Encoding.UTF8.GetByteCount(piece);
            from += length;
        }
    }

    public void Report(string stage, EventData report)
    {
        var (s, _) = Running(stage);
        Emit(stage, s.Attempt, report);
    }

    public void Complete(string stage, Payload output, StageUsage usage, bool willRepeat)
    {
        var (s, attempt) = Running(stage);
        var duration = DurationOf(attempt, usage);
        _open.Remove(stage);
        Emit(stage, s.Attempt, new StageCompleted { Output = output, Duration = duration, Cost = usage.Cost, Tokens = usage.Tokens, Resources = usage.Resources, WillRepeat = willRepeat });
        EndIfDone();
    }

    public void Fail(string stage, StageError error, Payload? output, StageUsage usage, bool willRetry)
    {
        var (s, attempt) = Running(stage);
        var duration = DurationOf(attempt, usage);
        _open.Remove(stage);
        var failed = new StageFailed { Error = Bounded(error), Output = output, Duration = duration, Cost = usage.Cost, Tokens = usage.Tokens, Resources = usage.Resources, WillRetry = willRetry };
        Emit(stage, s.Attempt, failed);
        EndIfDone();
    }

    public void Skip(string stage, string? detail)
    {
        Ready(stage);
        Emit(stage, 0, new StageSkipped { Reason = "not_run", Detail = Bounded(detail) });
        EndIfDone();
    }

    /// <summary>Bounds a text so that its event fits; what is cut is said.</summary>
    public static string? Bounded(string? text)
    {
        if (text is null || text.Length <= MonitorLimits.MaxTextChars) return text;
        var end = char.IsHighSurrogate(text[MonitorLimits.MaxTextChars - 1]) ? MonitorLimits.MaxTextChars - 1 : MonitorLimits.MaxTextChars;
        return string.Concat(text.AsSpan(0, end), $"… ({text.Length - end} characters more)");
    }

    private static StageError Bounded(StageError error) => new(error.Code, Bounded(error.Message)!, Bounded(error.Detail));

    private double DurationOf(OpenAttempt attempt, StageUsage usage) =>
        Math.Round((usage.Duration ?? time.GetElapsedTime(attempt.From)).TotalMilliseconds, 3);

    private StageState Find(string stage) => _state.Find(stage)
        ?? throw new MonitorException("stage_unknown", $"Pipeline '{plan.Definition.Id}' has no stage '{stage}'; it has {string.Join(", ", plan.Definition.Stages.Take(20).Select(s => $"'{s.Id}'"))}.");

    /// <summary>Finds a stage that may start.</summary>
    private StageState Ready(string stage)
    {
        var s = Find(stage);
        if (s.InAttempt) throw new MonitorException("stage_running", $"Stage '{stage}' runs already; report its end first.");
        if (s.Status.IsTerminal()) throw StageEnded(s);
        return s;
    }

    /// <summary>Finds a stage that runs.</summary>
    private (StageState Stage, OpenAttempt Attempt) Running(string stage)
    {
        var s = Find(stage);
        if (_open.TryGetValue(stage, out var attempt)) return (s, attempt);
        if (s.Status.IsTerminal()) throw StageEnded(s);
        throw new MonitorException("stage_not_started", $"Stage '{stage}' is {s.Status.ToWire()}; report StageStarted first.");
    }

    private static MonitorException StageEnded(StageState s) => new(
        "stage_ended",
        $"Stage '{s.Id}' is {s.Status.ToWire()} and stays so in this run. Where it runs again, say so when you report its end: willRetry after a failure, willRepeat after a success.");

    private void Emit(string? stage, int attempt, EventData data)
    {
        var stored = new List<StoredValue>();
        var e = new ExecutionEvent(_state.LastSeq + 1, _now, id, stage, attempt, 0, EventFit.Fit(data, stored, null));
        _state.Apply(e);
        if (data.IsDecision)
        {
            _decided.Add(e);
            _pending.Add(new Decision([e], stored, [], CommandAnswer.Done));
            return;
        }

        _pending.AddReport(e);
        _pending.AddValues(stored);
    }

    private sealed class OpenAttempt(long from)
    {
        public long From => from;

        public long Offset { get; set; }
    }
}
