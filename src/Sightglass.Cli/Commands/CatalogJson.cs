using System.Text.Json;
using Sightglass.Core.Definitions;

namespace Sightglass.Cli.Commands;

/// <summary>Lists the pipelines of a folder in the form of <c>GET /api/pipelines</c>, where no server does.</summary>
internal static class CatalogJson
{
    public static async Task<JsonElement> ReadAsync(string? folder)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            if (folder is not null)
            {
                await using var catalog = new PipelineCatalog(folder);
                await catalog.RefreshAsync().ConfigureAwait(false);
                foreach (var entry in catalog.Entries) Write(writer, entry);
            }

            writer.WriteEndArray();
        }

        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static void Write(Utf8JsonWriter writer, PipelineEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, entry.Id);
        writer.WriteString("name"u8, entry.Definition?.DisplayName ?? entry.Id);
        writer.WriteString("version"u8, entry.Definition?.Version);
        writer.WriteString("description"u8, entry.Definition?.Description);
        writer.WriteNumber("stageCount"u8, entry.Definition?.Stages.Count ?? 0);
        writer.WriteString("filename"u8, entry.File);
        writer.WriteBoolean("valid"u8, entry.IsValid);
        writer.WriteStartArray("problems"u8);
        foreach (var problem in entry.Problems) ProblemOutput.Write(writer, problem);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
