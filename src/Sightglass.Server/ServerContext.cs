using Microsoft.Extensions.Logging;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Server;

/// <summary>What the routes of one server share.</summary>
internal sealed record ServerContext(ServerOptions Options, PipelineEngine Engine, PipelineCatalog Pipelines, ILogger Logger, CancellationToken Stopping)
{
    public TimeProvider Time => Options.Time;
}
