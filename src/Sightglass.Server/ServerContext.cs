using Microsoft.Extensions.Logging;
using Sightglass.Core.Definitions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Core.Scheduling.Schedules;
using Sightglass.Core.Webhooks;
using Sightglass.Server.Access;
using Sightglass.Server.Contracts.WorkflowLogs;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;
using Sightglass.Server.Executions.Lines;
using Sightglass.Server.Overview;
using Sightglass.Server.Streaming;
using Sightglass.Server.Streaming.Hubs;
using Sightglass.Server.Streaming.Sockets;

namespace Sightglass.Server;

/// <summary>What the routes of one server share.</summary>
internal sealed record ServerContext(ServerOptions Options, PipelineEngine Engine, PipelineCatalog Pipelines, ILogger Logger, ScheduleRunner? Schedules, WebhookDispatcher? Webhooks, CancellationToken Stopping)
{
    public TimeProvider Time => Options.Time;

    /// <summary>Gets what tells callers apart.</summary>
    public AccessServices Access { get; } = new(Engine.RecordStore, Options.Access, Options.Time, Logger);

    /// <summary>Gets what tells to whom executions belong.</summary>
    public ExecutionScope Scope { get; } = new(Engine.Store, Engine.Store as IStoreUpkeep);

    /// <summary>Gets what viewers of the same execution share.</summary>
    public StreamHubs Streams { get; } = new(Options, Engine, Logger, Stopping);

    /// <summary>Gets how many sockets each caller has open.</summary>
    public SocketCallers Sockets { get; } = new();

    /// <summary>Gets whether executions may be streamed to browsers.</summary>
    public StreamingSwitch Switch { get; } = new(Options.IsStreaming, Engine.RecordStore);

    /// <summary>Gets what keeps the sample from starting twice for one outside id.</summary>
    public StreamingStarts Starts { get; } = new();

    /// <summary>Gets what reads states.</summary>
    public StateReader States { get; } = new(Engine);

    /// <summary>Gets how executions of pipelines ended.</summary>
    public PastResults Results { get; } = new(Engine.Store, Engine.Feed, Options.Time);

    /// <summary>Gets what finds the lines of logs by their numbers.</summary>
    public LineIndexes Lines { get; } = new(Engine.Store);

    /// <summary>Gets what deletes executions; <see langword="null"/> where the store deletes none.</summary>
    public IStoreUpkeep? Upkeep => Engine.Store as IStoreUpkeep;

    /// <summary>Says of an execution that is not there whether it was deleted or never was.</summary>
    public async Task<ApiProblem> MissingAsync(Guid id, CancellationToken cancellationToken) =>
        Upkeep is { } upkeep && await upkeep.FindTombstoneAsync(id, cancellationToken).ConfigureAwait(false) is { } tombstone
            ? ApiProblem.Deleted(tombstone)
            : ApiProblem.ExecutionNotFound;
}
