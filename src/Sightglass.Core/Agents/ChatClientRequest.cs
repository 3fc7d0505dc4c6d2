using Sightglass.Core.Definitions;

namespace Sightglass.Core.Agents;

/// <summary>What a client of a chat model is made from.</summary>
/// <param name="Model">The model that the stage names.</param>
/// <param name="BaseFolder">The folder that relative paths start from: the pipeline file's.</param>
/// <param name="ApiKey">The key, in plain; null where the stage gives none. It must not be recorded.</param>
/// <param name="Time">The clock.</param>
public sealed record ChatClientRequest(ModelDefinition Model, string BaseFolder, string? ApiKey, TimeProvider Time)
{
    /// <summary>Gives the model's name; the key stays out.</summary>
    public override string ToString() => $"{Model.Provider}/{Model.Name}";
}
