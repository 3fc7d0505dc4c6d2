using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sightglass.Core.Definitions;
using Sightglass.Core.Monitoring.Metrics;
using Sightglass.Core.Ports;
using Sightglass.Core.Stages;
using Sightglass.Core.Webhooks;

namespace Sightglass.Core.Scheduling;

/// <summary>How an engine runs.</summary>
public sealed record PipelineEngineOptions
{
    /// <summary>Gets where logs are kept.</summary>
    public required IEventStore Store { get; init; }

    /// <summary>Gets the records that share the commits of <see cref="Store"/>.</summary>
    /// <value>The store itself, if it is an <see cref="IRecordStore"/> too; without one no idempotency key is accepted.</value>
    public IRecordStore? Records { get; init; }

    /// <summary>Gets for how long a request with an idempotency key is remembered.</summary>
    /// <value>24 hours.</value>
    public TimeSpan IdempotencyRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Gets the stage types by the names that pipelines use; <c>wait</c> and <c>pipeline</c> are the engine's own.</summary>
    public required IReadOnlyList<IStageType> StageTypes { get; init; }

    /// <summary>Gets how many stages run at once in this process; 0 leaves all of them to a later engine.</summary>
    /// <value>Four for each processor, at least 8.</value>
    public int Slots { get; init; } = Math.Max(8, ProcessorCount * 4);

    /// <summary>Gets how many executions that have not ended the engine holds at once, those that are paused or wait in a
    /// concurrency group included; 1 or more. A start beyond it is refused with <c>too_many_executions</c>. Those that a
    /// start takes up from the store, and children, which their parents wait for, count and are never refused.</summary>
    /// <value>10,000.</value>
    public int MaxOpen { get; init; } = 10_000;

    /// <summary>Gets how many compiled pipelines are kept; 1 or more. Others are compiled again when they are needed.</summary>
    /// <value>1000.</value>
    public int MaxPlans { get; init; } = 1000;

    /// <summary>Gets the limits of what stages print and report.</summary>
    public OutputOptions Output { get; init; } = new();

    /// <summary>Gets what finds another pipeline by its id, for <c>pipeline</c> stages.</summary>
    /// <value>Finds none.</value>
    public Func<string, PipelineDefinition?> FindPipeline { get; init; } = static _ => null;

    /// <summary>Gets the pipeline that <see cref="PipelineEngine.ExecuteAsync(object?, Action{string, string}?, CancellationToken)"/>
    /// runs, which is given an input and nothing else.</summary>
    /// <value>None: it needs a <see cref="StartRequest"/>.</value>
    public PipelineDefinition? Pipeline { get; init; }

    /// <summary>Gets what finds a secret by its name.</summary>
    /// <value>Finds none.</value>
    public Func<string, string?> FindSecret { get; init; } = static _ => null;

    /// <summary>Gets the environment variables that expressions may read as <c>env</c>.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = EmptyOf<string>.Value;

    /// <summary>Gets the time between the request to stop an attempt and its end by force.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets what measures the executions. Engines and monitors may share one.</summary>
    /// <value>One of its own.</value>
    public PipelineMetrics Metrics { get; init; } = new();

    /// <summary>Gets what a worker that died had left running and what has been ended since; the losses of those attempts
    /// say so in the log.</summary>
    /// <value>Nothing.</value>
    public IReadOnlyList<OrphanedAttempt> Orphans { get; init; } = [];

    /// <summary>Gets what tells a <see cref="WebhookDispatcher"/> of the log's growth; the same that the dispatcher has.</summary>
    /// <value>Tells nobody.</value>
    public WebhookWatch? Webhooks { get; init; }

    /// <summary>Gets the clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets the source of jitter.</summary>
    public Random Random { get; init; } = new(RandomNumberGenerator.GetInt32(int.MaxValue));

    /// <summary>Gets where the engine logs what it does.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Gets what the engine is put together from.</summary>
    internal EngineParts Parts { get; init; } = EngineParts.Default;

    /// <summary>Refuses limits that make no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is below its least, or a time is out of its range.</exception>
    internal PipelineEngineOptions Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Slots);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxOpen, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPlans, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Grace, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Grace, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdempotencyRetention, TimeSpan.Zero);
        Output.Validate();
        return this;
    }

    private static int ProcessorCount => System.Environment.ProcessorCount;
}
