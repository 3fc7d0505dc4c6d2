using System.Text;
using System.Text.Json;
using Sightglass.Core.Expressions;
using Xunit;

namespace Sightglass.Core.Tests.Expressions;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("\"a\\ud800b\"", "a\ufffdb")]
    [InlineData("\"\\udc00\\ud83d\\ude00\\uD83D\"", "\ufffd\U0001F600\ufffd")]
    [InlineData("\"\\\\ud800\\\\\\ud800\"", "\\ud800\\\ufffd")]
    [InlineData("\"\\ud83d\\n\\u0041\"", "\ufffd\nA")]
    public void Half_a_surrogate_pair_is_read_as_the_replacement(string json, string expected)
    {
        using var document = JsonDocument.Parse($"{{{json}: {json}}}");
        var entry = Assert.Single(CelValue.FromJson(document.RootElement).Entries);
        Assert.Equal(expected, entry.Key.AsString);
        Assert.Equal(expected, entry.Value.AsString);
    }

    [Fact]
    public void Mending_makes_any_JSON_readable_and_leaves_the_rest_as_it_is()
    {
        string[] parts = ["a", "\\\\", "\\\"", "\\n", "\\ud83d", "\\ude00", "\\uDBFF", "\\u0041", "é", "😀", " "];
        var random = new Random(9);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(10)).Select(_ => parts[random.Next(parts.Length)]));
            var bytes = Encoding.UTF8.GetBytes($"[\"{text}\", 1]");
            var mended = JsonText.Mend(bytes);
            Assert.Equal(bytes.Length, mended.Length);
            using var document = JsonDocument.Parse(mended);
            var read = document.RootElement[0].GetString()!;
            Assert.True(read.Contains('\ufffd') || mended.Span.SequenceEqual(bytes), text);
        }
    }

    [Fact]
    public void Mending_leaves_what_is_no_JSON()
    {
        foreach (var text in new[] { "", "\\", "\\u", "\\ud8", "\\ud8zz", "\\\\", "abc\\" })
            Assert.Equal(text, Encoding.UTF8.GetString(JsonText.Mend(Encoding.UTF8.GetBytes(text)).Span));
    }
}
