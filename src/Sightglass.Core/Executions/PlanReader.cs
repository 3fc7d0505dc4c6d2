using System.Text.Json;

namespace Sightglass.Core.Executions;

/// <summary>Reads the stages of a planned graph. They stand before the edges, of which a large plan has very many.</summary>
internal static class PlanReader
{
    /// <summary>Gives the stages in the order of the plan.</summary>
    /// <exception cref="JsonException">It is no plan.</exception>
    public static List<(string Id, string Name, string Type)> Stages(ReadOnlySpan<byte> plan)
    {
        var stages = new List<(string, string, string)>();
        var type = "";
        var reader = new Utf8JsonReader(plan);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isStages = reader.ValueTextEquals("stages"u8);
            reader.Read();
            if (!isStages)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject) stages.Add(Stage(ref reader, ref type));
            return stages;
        }

        throw new JsonException("The plan has no stages.");
    }

    // Names mostly are the ids, and types those of the stage before: they share their text.
    private static (string Id, string Name, string Type) Stage(ref Utf8JsonReader reader, ref string before)
    {
        string? id = null;
        string? name = null;
        string? type = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var part = reader.ValueTextEquals("id"u8) ? 1 : reader.ValueTextEquals("name"u8) ? 2 : reader.ValueTextEquals("type"u8) ? 3 : 0;
            reader.Read();
            if (part == 1) id = reader.GetString();
            else if (part == 2) name = id is not null && reader.ValueTextEquals(id) ? id : reader.GetString();
            else if (part == 3) type = reader.ValueTextEquals(before) ? before : reader.GetString();
            else reader.Skip();
        }

        if (id is null) throw new JsonException("A stage of the plan has no id.");
        return (id, name ?? id, before = type ?? "");
    }
}
