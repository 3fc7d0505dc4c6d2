using System.Text;
using Sightglass.Core.Definitions;

namespace Sightglass.Core.Agents;

/// <summary>Tells a model who it is.</summary>
internal static class SystemPrompt
{
    public static string? Build(PersonalityDefinition? personality, string? name, string? system)
    {
        var text = new StringBuilder();
        if (personality is not null)
        {
            text.Append("You are ").Append(personality.Name ?? name).Append('.');
            if (!string.IsNullOrWhiteSpace(personality.Description))
                text.Append(' ').Append(personality.Description.Trim());
            text.Append('\n');
            Add("Tone", personality.Tone);
            Add("Style", personality.Style);
            Add("Risk tolerance", personality.RiskTolerance);
            Add("Field", personality.Domain);
            Add("Working with others", personality.Collaboration);
            if (personality.Constraints.Count > 0)
                text.Append("Rules:\n");
            foreach (var rule in personality.Constraints)
                text.Append("- ").Append(rule).Append('\n');
        }

        if (!string.IsNullOrWhiteSpace(system))
            text.Append(text.Length > 0 ? "\n" : "").Append(system);
        return text.Length == 0 ? null : text.ToString().TrimEnd();

        void Add(string label, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
                text.Append(label).Append(": ").Append(value).Append('\n');
        }
    }
}
