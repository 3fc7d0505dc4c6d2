using System.Text.Json;

namespace Sightglass.Core.Executions;

/// <summary>The first characters of an input, for lists.</summary>
internal static class InputPreview
{
    /// <summary>Gives at most 100 characters, and <c>...</c> only where something was cut. An input with one text is shown
    /// as that text, any other as JSON.</summary>
    public static string Of(Payload input)
    {
        if (!input.IsInline) return Cut(input.Preview ?? "", always: true);
        using var document = JsonDocument.Parse(input.Json, new JsonDocumentOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object && root.GetPropertyCount() == 1)
        {
            foreach (var only in root.EnumerateObject())
            {
                if (only.Value.ValueKind == JsonValueKind.String) return Cut(only.Value.GetString()!, always: false);
            }
        }

        return root.ValueKind == JsonValueKind.Object && root.GetPropertyCount() == 0 ? "" : Cut(root.GetRawText(), always: false);
    }

    private static string Cut(string text, bool always)
    {
        if (text.Length <= ExecutionLimits.MaxInputPreviewChars) return always ? text + "..." : text;
        var end = ExecutionLimits.MaxInputPreviewChars;
        if (char.IsHighSurrogate(text[end - 1])) end--;
        return string.Concat(text.AsSpan(0, end), "...");
    }
}
