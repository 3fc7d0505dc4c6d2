using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Sightglass.Cli.Hosting;

/// <summary>How the engine of a verb runs.</summary>
internal sealed record EngineHostOptions
{
    /// <summary>Gets whether stages run here. A short command that only gives an order leaves them to the next owner.</summary>
    /// <value>True.</value>
    public bool RunsStages { get; init; } = true;

    /// <summary>Gets how many stages run at once.</summary>
    /// <value>Four for each processor, at least 8.</value>
    public int Slots { get; init; } = Math.Max(8, Environment.ProcessorCount * 4);

    /// <summary>Gets where the engine logs.</summary>
    /// <value>Nowhere.</value>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Gets hosts that <c>http</c> stages may reach though their addresses are private.</summary>
    /// <value>None.</value>
    public IReadOnlyCollection<string> AllowedHosts { get; init; } = [];
}
