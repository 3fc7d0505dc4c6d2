using System.Text.Json;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Executions;

/// <summary>Finds the values that events refer to. Only what has the shape of a reference is one: a text that a user wrote and
/// that looks like a hash names nothing.</summary>
public static class ReferenceScan
{
    /// <summary>Adds the references of one event.</summary>
    /// <param name="line">The event as it is stored.</param>
    /// <param name="found">What is added to.</param>
    /// <exception cref="JsonException">The line is no JSON.</exception>
    public static void Collect(ReadOnlySpan<byte> line, ISet<string> found)
    {
        ArgumentNullException.ThrowIfNull(found);
        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
        var e = JsonElement.ParseValue(ref reader);
        if (!e.TryGetProperty("data"u8, out var data)) return;
        Walk(data, found);
        if (!e.TryGetProperty("type"u8, out var type) || !type.ValueEquals("execution.created"u8)) return;
        if (data.TryGetProperty("definitionHash"u8, out var hash)) Add(hash, found);
        if (data.TryGetProperty("children"u8, out var children) && children.ValueKind == JsonValueKind.Object)
        {
            foreach (var child in children.EnumerateObject()) Add(child.Value, found);
        }
    }

    private static void Walk(JsonElement value, ISet<string> found)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) Walk(item, found);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            if (value.GetPropertyCount() == 3 && value.TryGetProperty("ref"u8, out var reference) && value.TryGetProperty("bytes"u8, out _) && value.TryGetProperty("preview"u8, out _)) Add(reference, found);
            foreach (var member in value.EnumerateObject()) Walk(member.Value, found);
        }
    }

    private static void Add(JsonElement reference, ISet<string> found)
    {
        if (reference.ValueKind == JsonValueKind.String && ValueReference.TryParse(reference.GetString()!, out _)) found.Add(reference.GetString()!);
    }
}
