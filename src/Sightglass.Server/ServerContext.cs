using Microsoft.Extensions.Logging;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Pipelines;

namespace Sightglass.Server;

/// <summary>What the routes of one server share.</summary>
internal sealed record ServerContext(ServerOptions Options, PipelineEngine Engine, IPipelineSource Pipelines, ILogger Logger, CancellationToken Stopping)
{
    public TimeProvider Time => Options.Time;
}
