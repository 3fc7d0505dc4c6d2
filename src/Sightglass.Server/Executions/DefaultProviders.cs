using Sightglass.Core.Definitions;

namespace Sightglass.Server.Executions;

/// <summary>Says by which provider's model the pipelines of a page work: the one that their first agent names, as they are now.</summary>
internal sealed class DefaultProviders(PipelineCatalog pipelines, string organization)
{
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    public string Of(string pipelineId)
    {
        if (_known.TryGetValue(pipelineId, out var known)) return known;
        var stages = pipelines.Find(pipelineId, organization)?.Definition?.Stages ?? [];
        return _known[pipelineId] = stages.Select(stage => stage.Agent?.Model?.Provider).FirstOrDefault(provider => !string.IsNullOrEmpty(provider)) ?? "";
    }
}
