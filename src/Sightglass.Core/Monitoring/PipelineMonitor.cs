using System.Collections.Concurrent;
using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Monitoring.Metrics;
using Sightglass.Core.Monitoring.Runs;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Stages;
using Sightglass.Core.Stages.Code;

namespace Sightglass.Core.Monitoring;

/// <summary>
/// Watches pipelines that Sightglass does not run itself. A program reports what its stages do; the monitor writes the same
/// log that an engine writes, so that everything that reads logs can read it, and measures it.
/// </summary>
/// <remarks>
/// <para>Every member may be called from any thread. A report is checked, recorded in memory and brought to the store on a
/// thread of the pool; it waits for nothing unless <see cref="PipelineMonitorOptions.MaxPendingBytes"/> wait already, and is
/// then held, and after <see cref="PipelineMonitorOptions.MaxWait"/> refused. Nothing that was accepted is dropped: the store
/// is tried until it takes it.</para>
/// <para>A run ends by itself when all its stages have ended, or when one has failed for good, none runs or will be retried,
/// and the definition's <c>onFailure</c> is not <c>continue</c>; the rest is then recorded as skipped.</para>
/// <para>With a server in place of a store (<see cref="PipelineMonitorOptions.Server"/>) it is the same: what was accepted is
/// sent until the server has recorded it, in order and once, also across its restarts. It waits in memory: where this process
/// ends before <see cref="FlushAsync"/> or <see cref="DisposeAsync"/> has, what waits is lost.</para>
/// <para>A report that makes no sense throws <see cref="MonitorException"/> with a stable code and changes nothing.</para>
/// </remarks>
public sealed partial class PipelineMonitor : IAsyncDisposable
{
    private readonly PipelineMonitorOptions _options;
    private readonly MonitorWriter _writer;
    private readonly ILogSink _sink;
    private readonly IEventStore? _store;
    private LogFollower? _follower;
    private readonly bool _ownsStore;
    private readonly ConcurrentDictionary<Guid, MonitoredRun> _runs = new();
    private readonly ConcurrentDictionary<Guid, MonitoredRun> _closing = new();
    private readonly EndedRuns _ended = new();
    private volatile bool _closed;

    /// <summary>Creates a monitor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit makes no sense.</exception>
    public PipelineMonitor(PipelineMonitorOptions? options = null)
    {
        _options = (options ?? new PipelineMonitorOptions()).Checked();
        _ownsStore = _options.Store is null && _options.Server is null;
        _store = _options.Server is not null ? null : _options.Store ?? new InMemoryEventStore(_options.Time, _options.KeepEnded);
        Feed = new EventFeed();
        _sink = _store is null ? new RemoteSink(_options) : new StoreSink(_store, Feed, _options);
        _writer = new MonitorWriter(_sink, _options, OnWritten);
    }

    /// <summary>Creates a monitor that reports to a Sightglass server.</summary>
    /// <param name="server">Its address, such as <c>http://127.0.0.1:5080</c>.</param>
    /// <param name="token">An API token with the role operator; none where the server has no login.</param>
    /// <exception cref="ArgumentException">The address is no http or https address.</exception>
    public PipelineMonitor(Uri server, string? token = null)
        : this(new PipelineMonitorOptions { Server = server, Token = token })
    {
    }

    /// <summary>Gets the store of the logs.</summary>
    /// <exception cref="MonitorException">The logs are kept by a server.</exception>
    public IEventStore Store => _store ?? throw new MonitorException("monitor_remote", $"The logs are kept by {_options.Server}; read them there.");

    /// <summary>Gets the feed of committed events.</summary>
    public EventFeed Feed { get; }

    /// <summary>Gets what follows a run's log from a cursor.</summary>
    /// <exception cref="MonitorException">The logs are kept by a server.</exception>
    public LogFollower Follower => _follower ??= new LogFollower(Store, Feed, _options.Time);

    /// <summary>Begins a run.</summary>
    /// <param name="definition">The pipeline; its stages may have any type.</param>
    /// <param name="options">What else is known of it.</param>
    /// <returns>The run's id, to be named in every report.</returns>
    /// <exception cref="MonitorException">The definition has no id or no stages, or the monitor has no room.</exception>
    public Guid StartRun(PipelineDefinition definition, RunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        options ??= new RunOptions();
        var plan = MonitoredPlan.Make(definition);
        var input = options.Input is null ? Payload.FromJson("{}"u8.ToArray()) : PayloadOf(options.Input);
        RequireRoom();
        var run = new MonitoredRun(Guid.CreateVersion7(_options.Time.GetUtcNow()), plan, _options.Time);
        _runs[run.Id] = run;
        try
        {
            Report(run, r => r.Create(options, input));
        }
        catch
        {
            _runs.TryRemove(run.Id, out _);
            throw;
        }

        return run.Id;
    }

    /// <summary>Reports that a stage is ready and waits to be started. Left out, it was started at once.</summary>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageQueued(Guid runId, string stage) => Report(runId, run => run.Queue(stage));

    /// <summary>Reports that a stage waits for something outside.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="stage">The stage's id.</param>
    /// <param name="kind">What for.</param>
    /// <param name="detail">More, such as the event's name.</param>
    /// <param name="until">When the wait ends by itself.</param>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageWaiting(Guid runId, string stage, TriggerKind kind, string? detail = null, DateTimeOffset? until = null) =>
        Report(runId, run => run.Wait(stage, kind, detail, until));

    /// <summary>Reports that something outside was held against what a stage waits for.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="stage">The stage's id.</param>
    /// <param name="kind">What it was.</param>
    /// <param name="holds">Whether the stage waits for it no longer.</param>
    /// <param name="why">Why.</param>
    /// <param name="data">Data of a custom event, any value that can be written as JSON.</param>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void TriggerEvaluated(Guid runId, string stage, TriggerKind kind, bool holds, string? why = null, object? data = null)
    {
        var payload = kind == TriggerKind.Event ? PayloadOf(data) : null;
        Report(runId, run => run.Evaluate(stage, kind, holds, why, payload));
    }

    /// <summary>Reports that an attempt of a stage begins.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="stage">The stage's id.</param>
    /// <param name="input">What it works on, any value that can be written as JSON.</param>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageStarted(Guid runId, string stage, object? input = null)
    {
        var payload = PayloadOf(input);
        Report(runId, run => run.Start(stage, new StageStarted { Worker = MonitoredRun.OwnWorker, Input = payload }));
    }

    /// <summary>Reports text that a running stage printed.</summary>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageOutput(Guid runId, string stage, string text, OutputStream stream = OutputStream.Output)
    {
        ArgumentNullException.ThrowIfNull(text);
        Report(runId, run => run.Print(stage, text, stream));
    }

    /// <summary>Reports a log line of a running stage; one of more than 8,000 characters is cut and says so.</summary>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageLog(Guid runId, string stage, LogSeverity level, string message, object? fields = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var report = new StageLogged { Level = level.ToString().ToLowerInvariant(), Message = MonitoredRun.Bounded(message)!, Fields = fields is null ? null : PayloadOf(fields) };
        Report(runId, run => run.Report(stage, report));
    }

    /// <summary>Reports how far a running stage is.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="stage">The stage's id.</param>
    /// <param name="fraction">0 to 1; what lies outside is taken for the nearest.</param>
    /// <param name="message">What is being done.</param>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageProgress(Guid runId, string stage, double fraction, string? message = null)
    {
        var report = new StageProgressed { Fraction = double.IsFinite(fraction) ? Math.Clamp(fraction, 0, 1) : 0, Message = MonitoredRun.Bounded(message) };
        Report(runId, run => run.Report(stage, report));
    }

    /// <summary>Reports that a stage has done its work.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="stage">The stage's id.</param>
    /// <param name="output">Its output, any value that can be written as JSON, of at most 10 MB.</param>
    /// <param name="usage">What it took.</param>
    /// <param name="willRepeat">Whether it runs again.</param>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageCompleted(Guid runId, string stage, object? output = null, StageUsage? usage = null, bool willRepeat = false)
    {
        var payload = PayloadOf(output);
        Report(runId, run => run.Complete(stage, payload, usage ?? new StageUsage(), willRepeat));
    }

    /// <summary>Reports that an attempt of a stage failed.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="stage">The stage's id.</param>
    /// <param name="error">Why, in a sentence.</param>
    /// <param name="code">A stable code of the reporting program.</param>
    /// <param name="output">What it gave nevertheless.</param>
    /// <param name="usage">What it took.</param>
    /// <param name="willRetry">Whether it runs again.</param>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageFailed(Guid runId, string stage, string error, string code = "stage_failed", object? output = null, StageUsage? usage = null, bool willRetry = false)
    {
        ArgumentNullException.ThrowIfNull(error);
        var payload = output is null ? null : PayloadOf(output);
        Report(runId, run => run.Fail(stage, new StageError(code, error), payload, usage ?? new StageUsage(), willRetry));
    }

    /// <summary>Reports that an attempt of a stage failed with an exception.</summary>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageFailed(Guid runId, string stage, Exception error, StageUsage? usage = null, bool willRetry = false)
    {
        ArgumentNullException.ThrowIfNull(error);
        Report(runId, run => run.Fail(stage, new StageError("stage_failed", $"{error.GetType().Name}: {error.Message}", error.StackTrace), null, usage ?? new StageUsage(), willRetry));
    }

    /// <summary>Reports that a stage will not run.</summary>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void StageSkipped(Guid runId, string stage, string? why = null) => Report(runId, run => run.Skip(stage, why));

    /// <summary>Ends a run well; stages that have not started are recorded as skipped.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="output">Its output; that of its last stages by default.</param>
    /// <exception cref="MonitorException">A stage runs still, or the report makes no sense; its code says why.</exception>
    public void CompleteRun(Guid runId, object? output = null)
    {
        var payload = output is null ? null : PayloadOf(output);
        Report(runId, run => run.CompleteRun(payload));
    }

    /// <summary>Ends a run with an error; what runs is recorded as cancelled.</summary>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void FailRun(Guid runId, string error, string code = "run_failed")
    {
        ArgumentNullException.ThrowIfNull(error);
        Report(runId, run => run.FailRun(new StageError(code, error)));
    }

    /// <summary>Ends a run because someone asked.</summary>
    /// <exception cref="MonitorException">The report makes no sense; its code says why.</exception>
    public void CancelRun(Guid runId, string? by = null, string? reason = null) => Report(runId, run => run.CancelRun(by, reason));

    /// <summary>Reads what has been measured since the monitor was created, every report until now included.</summary>
    public MetricsSnapshot GetMetrics() => _options.Metrics.Snapshot();

    internal static Payload PayloadOf(object? value)
    {
        var json = value switch
        {
            null => default,
            string text => StageJson.Write(text),
            JsonElement element => StageJson.Write(element),
            _ => JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), CodeRegistry.Json),
        };
        if (json.Length > ExecutionLimits.MaxOutputBytes)
            throw new MonitorException(ErrorCodes.OutputTooLarge, $"The value has {json.Length} bytes; the most is {ExecutionLimits.MaxOutputBytes}. Write it to a file and report its path.");
        return Payload.FromJson(json);
    }

    private void Report(Guid runId, Action<MonitoredRun> report) => Report(Find(runId), report);

    private MonitoredRun Find(Guid runId)
    {
        if (_runs.TryGetValue(runId, out var run)) return run;
        throw _ended.Find(runId) is not null || _closing.ContainsKey(runId)
            ? MonitoredRun.Ended(runId)
            : new MonitorException("run_unknown", $"This monitor has no run {runId}; name the id that StartRun returned.");
    }

    private void Report(MonitoredRun run, Action<MonitoredRun> report)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        _writer.WaitForRoom();
        long added;
        bool write;
        lock (run.Gate)
        {
            // Told once, then forgotten.
            if (run.IsLost) _runs.TryRemove(run.Id, out _);
            run.Begin();
            var before = run.PendingBytes;
            try
            {
                report(run);
            }
            finally
            {
                added = run.PendingBytes - before;
                if (run.Decided.Count > 0) _options.Metrics.Observe(run.Id, run.Plan.Definition.Id, run.Plan.Edges, run.Decided);
            }

            if (run.HasEnded) Close(run);
            write = run.TryBeginWriting();
        }

        _writer.Added(run, added, write);
    }

    /// <summary>Moves an ended run out of the way; it is kept at hand until its end is in the store.</summary>
    private void Close(MonitoredRun run)
    {
        _closing[run.Id] = run;
        _ended.Add(run.Id, run.Drawn);
        _runs.TryRemove(run.Id, out _);
    }

    private void OnWritten(MonitoredRun run)
    {
        if (run.IsLost || run.IsSettled) _closing.TryRemove(run.Id, out _);
    }
}
