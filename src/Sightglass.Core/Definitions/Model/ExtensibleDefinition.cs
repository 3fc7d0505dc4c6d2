using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Definitions;

/// <summary>A part of a definition that keeps what other programs note in it.</summary>
public abstract record ExtensibleDefinition
{
    /// <summary>Gets the unknown keys that begin with <c>x-</c>, kept for whoever wrote them.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extensions { get; set; }
}
