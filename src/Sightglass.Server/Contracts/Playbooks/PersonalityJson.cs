using System.Text.Json;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>The viewer's <c>AgentPersonality</c>: the one that the newest attempt used, as the log has it, or, before the first,
/// the one that the definition names.</summary>
internal static class PersonalityJson
{
    /// <param name="writer">Where to.</param>
    /// <param name="stage">The stage of an agent; null for any other.</param>
    /// <param name="hash">The hash of the personality that was used.</param>
    /// <param name="definition">The pipeline.</param>
    /// <param name="defined">The stage in it.</param>
    public static void Write(Utf8JsonWriter writer, StageState? stage, string? hash, PipelineDefinition? definition, StageDefinition? defined)
    {
        var slug = stage is null ? null : SlugOf(stage) ?? defined?.Agent?.Personality;
        if (stage?.Personality is { ValueKind: JsonValueKind.Object } used)
            Write(writer, hash ?? slug, slug, Text(used, "name"), Text(used, "description"), Text(used, "tone"), Text(used, "style"), Text(used, "riskTolerance"), Text(used, "domain"), Text(used, "collaboration"), Texts(used, "constraints"));
        else if (slug is not null && definition is not null && definition.Personalities.TryGetValue(slug, out var named))
            Write(writer, slug, slug, named.Name, named.Description, named.Tone, named.Style, named.RiskTolerance, named.Domain, named.Collaboration, named.Constraints);
        else writer.WriteNull("personality"u8);
    }

    private static void Write(
        Utf8JsonWriter writer, string? id, string? slug, string? name, string? description, string? tone, string? style, string? riskTolerance, string? domain, string? collaboration,
        IReadOnlyList<string> constraints)
    {
        writer.WriteStartObject("personality"u8);
        writer.WriteString("id"u8, id);
        writer.WriteString("slug"u8, slug);
        writer.WriteString("name"u8, name ?? slug);
        writer.WriteString("description"u8, description);
        writer.WriteStartObject("configuration"u8);
        writer.WriteString("tone"u8, tone);
        writer.WriteString("style"u8, style);
        writer.WriteString("riskTolerance"u8, riskTolerance);
        writer.WriteStartArray("domainSpecialty"u8);
        if (domain is not null) writer.WriteStringValue(domain);
        writer.WriteEndArray();
        writer.WriteString("collaborationStyle"u8, collaboration);
        writer.WriteStartArray("constraints"u8);
        foreach (var constraint in constraints) writer.WriteStringValue(constraint);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static string? SlugOf(StageState stage)
    {
        if (stage.Input is not { IsInline: true } input || input.Json.Span is not [(byte)'{', ..]) return null;
        return Text(JsonElement.Parse(input.Json.Span), "personality");
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)]
            : [];
}
