using System.Text;
using System.Text.Json;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Agents;

/// <summary>Finds the JSON of an answer: all of it, or what stands in a fence, as models like to write it.</summary>
internal static class AgentJson
{
    public static JsonDocument? Read(string answer) => Parse(answer.AsMemory().Trim()) ?? ReadFence(answer);

    private static JsonDocument? ReadFence(string answer)
    {
        for (var at = 0; (at = answer.IndexOf("```", at, StringComparison.Ordinal)) >= 0;)
        {
            var line = answer.IndexOf('\n', at);
            if (line < 0)
                return null;
            var label = answer.AsSpan(at + 3, line - at - 3).Trim();
            var end = answer.IndexOf("\n```", line, StringComparison.Ordinal);
            if (end < 0)
                end = answer.Length; // Cut off behind a value that may be complete.
            if ((label.IsEmpty || label.StartsWith("json", StringComparison.OrdinalIgnoreCase)) && Parse(answer.AsMemory(line, end - line)) is { } found)
                return found;
            at = Math.Min(answer.Length, end + 4);
        }

        return null;
    }

    private static JsonDocument? Parse(ReadOnlyMemory<char> text)
    {
        try
        {
            return JsonDocument.Parse(JsonText.Mend(Encoding.UTF8.GetBytes(text.ToArray())));
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
