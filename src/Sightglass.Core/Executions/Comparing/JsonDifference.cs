using System.Globalization;
using System.Text.Json;

namespace Sightglass.Core.Executions;

/// <summary>Where two JSON values differ: objects by name, lists by position.</summary>
internal static class JsonDifference
{
    /// <summary>Tells whether two values mean the same; those by reference do where the reference is the same.</summary>
    public static bool AreSame(Payload? left, Payload? right)
    {
        if (left is null || right is null) return left is null && right is null;
        if (left.Equals(right)) return true;
        return left.IsInline && right.IsInline && JsonElement.DeepEquals(Parse(left), Parse(right));
    }

    /// <summary>Lists where two values differ, as many as the budget has.</summary>
    public static IReadOnlyList<ValueDifference> Find(Payload? left, Payload? right, DifferenceBudget budget)
    {
        if (AreSame(left, right)) return [];
        var found = new List<ValueDifference>();
        if (left is { IsInline: true } && right is { IsInline: true }) Walk(Parse(left), Parse(right), "", 0, found, budget);

        // By reference, or the same but for members that stand twice: then it is the whole.
        if (found.Count == 0 && budget.TryTake(0)) found.Add(new ValueDifference("", Show(left), Show(right)));
        return found;
    }

    private static void Walk(JsonElement left, JsonElement right, string path, int depth, List<ValueDifference> found, DifferenceBudget budget)
    {
        if (budget.IsSpent && found.Count >= ComparisonLimits.MaxDifferences) return;
        var isDeep = depth >= ComparisonLimits.MaxDepth;
        if (!isDeep && left.ValueKind == JsonValueKind.Object && right.ValueKind == JsonValueKind.Object) WalkObjects(left, right, path, depth, found, budget);
        else if (!isDeep && left.ValueKind == JsonValueKind.Array && right.ValueKind == JsonValueKind.Array) WalkLists(left, right, path, depth, found, budget);
        else if (!JsonElement.DeepEquals(left, right)) Add(found, budget, path, left, right);
    }

    private static void WalkObjects(JsonElement left, JsonElement right, string path, int depth, List<ValueDifference> found, DifferenceBudget budget)
    {
        foreach (var member in left.EnumerateObject())
        {
            var at = path + "/" + Escape(member.Name);
            if (right.TryGetProperty(member.Name, out var other)) Walk(member.Value, other, at, depth + 1, found, budget);
            else Add(found, budget, at, member.Value, null);
        }

        foreach (var member in right.EnumerateObject())
        {
            if (!left.TryGetProperty(member.Name, out _)) Add(found, budget, path + "/" + Escape(member.Name), null, member.Value);
        }
    }

    private static void WalkLists(JsonElement left, JsonElement right, string path, int depth, List<ValueDifference> found, DifferenceBudget budget)
    {
        using var lefts = left.EnumerateArray().GetEnumerator();
        using var rights = right.EnumerateArray().GetEnumerator();
        for (var index = 0; ; index++)
        {
            var (hasLeft, hasRight) = (lefts.MoveNext(), rights.MoveNext());
            if (!hasLeft && !hasRight) return;
            var at = path + "/" + index.ToString(CultureInfo.InvariantCulture);
            if (hasLeft && hasRight) Walk(lefts.Current, rights.Current, at, depth + 1, found, budget);
            else Add(found, budget, at, hasLeft ? lefts.Current : null, hasRight ? rights.Current : null);
        }
    }

    private static void Add(List<ValueDifference> found, DifferenceBudget budget, string path, JsonElement? left, JsonElement? right)
    {
        if (budget.TryTake(found.Count)) found.Add(new ValueDifference(path, left is { } l ? Shorten(l.GetRawText()) : null, right is { } r ? Shorten(r.GetRawText()) : null));
    }

    private static JsonElement Parse(Payload payload)
    {
        var reader = new Utf8JsonReader(payload.Json.Span, new JsonReaderOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
        return JsonElement.ParseValue(ref reader);
    }

    private static string? Show(Payload? payload) =>
        payload is null ? null : Shorten(payload.IsInline ? System.Text.Encoding.UTF8.GetString(payload.Json.Span) : $"{payload.Preview}… ({payload.Reference}, {payload.Bytes.ToString(CultureInfo.InvariantCulture)} bytes)");

    // Never between the halves of a character.
    private static string Shorten(string text)
    {
        if (text.Length <= ComparisonLimits.MaxShownChars) return text;
        var take = ComparisonLimits.MaxShownChars;
        if (char.IsHighSurrogate(text[take - 1])) take--;
        return text[..take] + "…";
    }

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
