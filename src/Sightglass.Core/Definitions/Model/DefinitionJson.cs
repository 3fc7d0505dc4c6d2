using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Definitions;

/// <summary>The JSON form of definitions, which is also what their hash is taken of.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    PreferredObjectCreationHandling = JsonObjectCreationHandling.Replace)]
[JsonSerializable(typeof(PipelineDefinition))]
[JsonSerializable(typeof(ShellDefinition))]
[JsonSerializable(typeof(HttpDefinition))]
[JsonSerializable(typeof(AgentDefinition))]
internal sealed partial class DefinitionJsonContext : JsonSerializerContext;

/// <summary>Turns definitions into JSON and back, without validating them.</summary>
public static class DefinitionJson
{
    internal static DefinitionJsonContext Context { get; } = new(new JsonSerializerOptions(DefinitionJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = DefinitionLimits.ValueDepth,
    });

    /// <summary>Writes the compact JSON form, the same bytes for the same definition.</summary>
    public static byte[] Write(PipelineDefinition definition) =>
        JsonSerializer.SerializeToUtf8Bytes(definition, Context.PipelineDefinition);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="JsonException">The bytes are no definition.</exception>
    public static PipelineDefinition Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, Context.PipelineDefinition) ?? throw new JsonException("expected a pipeline, found null");
}
