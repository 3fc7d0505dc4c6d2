using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sightglass.Server.Tests.Contracts;

/// <summary>Holds messages against what a contract says, field for field; the order of fields is free.</summary>
internal static class JsonSame
{
    public static void Assert(IReadOnlyList<JsonElement> expected, IReadOnlyList<ReadOnlyMemory<byte>> actual)
    {
        for (var i = 0; i < Math.Min(expected.Count, actual.Count); i++) Assert(expected[i], JsonElement.Parse(actual[i].Span));
        Xunit.Assert.True(expected.Count == actual.Count, $"{expected.Count} messages were expected and {actual.Count} came; the last one is {(actual.Count == 0 ? "missing" : Encoding.UTF8.GetString(actual[^1].Span))}");
    }

    public static void Assert(JsonElement expected, JsonElement actual) =>
        Xunit.Assert.True(JsonElement.DeepEquals(expected, actual), $"expected {JsonNode.Parse(expected.GetRawText())}\nactual {JsonNode.Parse(actual.GetRawText())}");
}
