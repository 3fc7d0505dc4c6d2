using System.Text.Json;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>What a client sends: an object with a <c>type</c>, and a <c>ref</c> that comes back with the answer.</summary>
/// <param name="Type">What it asks.</param>
/// <param name="Reference">The <c>ref</c> as it was written: a text or a number; nothing where there is none.</param>
/// <param name="Json">All of it.</param>
internal sealed record SocketMessage(string Type, JsonElement? Reference, JsonElement Json)
{
    /// <summary>Reads a message; what is wrong with it is a problem, beside as much of it as could be read.</summary>
    public static (SocketMessage Message, ApiProblem? Problem) Read(ReadOnlyMemory<byte> utf8)
    {
        var (json, problem) = JsonBody.Parse(utf8);
        if (problem is not null) return (new SocketMessage("", null, default), problem);
        JsonElement? reference = null;
        if (json.TryGetProperty("ref", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            if (given.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || given.GetRawText().Length > StreamLimits.MaxReferenceChars)
                return (new SocketMessage("", null, json), ApiProblem.BadRequest("invalid_message", $"'ref' has to be a text or a number of at most {StreamLimits.MaxReferenceChars} characters."));
            reference = given;
        }

        return json.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String
            ? (new SocketMessage(type.GetString()!, reference, json), null)
            : (new SocketMessage("", reference, json), ApiProblem.BadRequest("invalid_message", "'type' has to be a text: subscribe, unsubscribe, command or ping."));
    }

    /// <summary>Reads a member that is a text; nothing where it is none.</summary>
    public string? Text(string name) => Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Reads which execution it is about.</summary>
    public bool TryGetExecution(out Guid id) => Guid.TryParseExact(Text("executionId"), "D", out id);

    /// <summary>Reads the cursor.</summary>
    /// <returns>Whether it can be one; nothing where there is none.</returns>
    public bool TryGetCursor(out long? after)
    {
        after = null;
        if (!Json.TryGetProperty("after", out var value) || value.ValueKind == JsonValueKind.Null) return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number) || number < 0) return false;
        after = number;
        return true;
    }

    /// <summary>Reads a list of names: a list of texts, or one text with commas; nothing where it is neither.</summary>
    public string? Names(string name)
    {
        if (!Json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return "";
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        if (value.ValueKind != JsonValueKind.Array) return null;
        var names = new List<string>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || names.Count > ServerLimits.MaxFilters) return null;
            names.Add(item.GetString()!);
        }

        return string.Join(',', names);
    }
}
