using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Agents;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ChatScript))]
internal sealed partial class ChatScriptJson : JsonSerializerContext;

/// <summary>A file of turns; see <see cref="ScriptedChatClient"/>.</summary>
internal sealed record ChatScript
{
    public List<ChatTurn> Turns { get; set; } = [];

    /// <summary>Reads a script.</summary>
    /// <exception cref="InvalidDataException">The file is missing, outside its folder, too large or no script.</exception>
    public static ChatScript Read(string folder, string name)
    {
        var root = Path.GetFullPath(folder);
        var path = Path.GetFullPath(name, root);
        if (!path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new InvalidDataException($"The script '{name}' is outside the pipeline's folder; put it beside the pipeline file.");
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new InvalidDataException($"The script '{name}' does not exist in {root}; model.name is the path of a script file.");
        if (file.Length > AgentLimits.MaxScriptBytes)
            throw new InvalidDataException($"The script '{name}' is larger than 1 MB; split it.");
        return Parse(File.ReadAllText(path), name);
    }

    public static ChatScript Parse(string text, string name)
    {
        try
        {
            var problems = new ProblemList(name);
            var root = YamlSource.Read(text, problems) ?? throw new InvalidDataException($"The script '{name}' is empty; it needs 'turns'.");
            if (problems.HasErrors)
                throw new InvalidDataException($"The script '{name}' cannot be read: {problems.ToSorted()[0]}");
            var json = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(json))
                SourceBinder.WriteAny(writer, root);
            var script = JsonSerializer.Deserialize(json.WrittenSpan, ChatScriptJson.Default.ChatScript);
            if (script is not { Turns.Count: > 0 })
                throw new InvalidDataException($"The script '{name}' has no 'turns'.");
            foreach (var turn in script.Turns)
                turn.Check(name);
            return script;
        }
        catch (SourceException e)
        {
            throw new InvalidDataException($"The script '{name}' cannot be read: {e.Message} (line {e.Line})", e);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The script '{name}' is no script: {e.Message}", e);
        }
    }
}

/// <summary>One answer of a script.</summary>
internal sealed record ChatTurn
{
    public string? Match { get; set; }

    public Duration Delay { get; set; }

    public Duration? FirstDelay { get; set; }

    public string? Text { get; set; }

    public List<string>? Chunks { get; set; }

    public ChatTurnUsage? Usage { get; set; }

    public string? Error { get; set; }

    public void Check(string name)
    {
        if (Text is not null && Chunks is not null)
            throw new InvalidDataException($"A turn of the script '{name}' has both 'text' and 'chunks'; keep one.");
        if (Text is null && Chunks is null && Error is null)
            throw new InvalidDataException($"A turn of the script '{name}' says nothing; give it 'text', 'chunks' or 'error'.");
    }

    /// <summary>Gets the pieces: as given, or the text word by word with the white space behind each.</summary>
    public IEnumerable<string> Pieces()
    {
        if (Chunks is not null)
            return Chunks;
        return Text is null ? [] : Words(Text);
    }

    internal static IEnumerable<string> Words(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
                end++;
            while (end < text.Length && char.IsWhiteSpace(text[end]))
                end++;
            yield return text[start..end];
            start = end;
        }
    }
}

/// <summary>Tokens that a turn claims.</summary>
internal sealed record ChatTurnUsage
{
    public long Input { get; set; }

    public long Output { get; set; }
}
