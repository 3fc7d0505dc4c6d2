using Sightglass.Core.Stages;

namespace Sightglass.Cli.Hosting;

/// <summary>A stage type that is made when the first stage needs it, which keeps its libraries out of start-up.</summary>
internal sealed class DeferredStageType(string name, Func<IStageType> make) : IStageType
{
    private readonly Lazy<IStageType> _type = new(make);

    public string Name => name;

    public Task<StageResult> RunAsync(StageRun run, CancellationToken cancellationToken) => _type.Value.RunAsync(run, cancellationToken);
}
