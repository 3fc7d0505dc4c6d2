using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sightglass.Server.Tests.Fuzzing;

/// <summary>Bodies: examples of the document, mostly with something changed.</summary>
internal static class OddJson
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes a body of an example.</summary>
    public static byte[] Next(Random random, JsonNode? example)
    {
        if (random.Next(25) == 0) return Broken(random);
        var node = example?.DeepClone() ?? new JsonObject();
        for (var changes = random.Next(4); changes > 0; changes--) Change(random, node);
        return Write(node);
    }

    /// <summary>Makes any value.</summary>
    public static JsonNode? Value(Random random, int depth = 3) => random.Next(depth > 0 ? 10 : 6) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.NextInt64(long.MinValue, long.MaxValue)),
        3 => JsonNode.Parse(new[] { "0", "-0", "1e308", "-1.5", "1E400", "9007199254740993", "123456789012345678901234567890" }[random.Next(7)]),
        4 or 5 => JsonValue.Create(OddTexts.Next(random)),
        6 or 7 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(_ => OddTexts.Next(random)).Distinct().Select(name => KeyValuePair.Create(name, Value(random, depth - 1)))),
    };

    public static byte[] Write(JsonNode? node) => node is null ? "null"u8.ToArray() : JsonSerializer.SerializeToUtf8Bytes(node, Plain);

    /// <summary>Gives what is no usable JSON, or none that can be meant.</summary>
    public static byte[] Broken(Random random) => random.Next(8) switch
    {
        0 => [],
        1 => Encoding.UTF8.GetBytes(new string('[', 20_000)),
        2 => "{\"a\":1,\"a\":2}"u8.ToArray(),
        3 => "{\"input\":\"\\ud800\",\"type\":\"\\udc00\"}"u8.ToArray(),
        4 => [.. "{\"type\":\""u8, 0xff, 0xfe, .. "\"}"u8],
        5 => Encoding.UTF8.GetBytes("\ufeff{\"type\":\"x\"} trailing"),
        6 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"input\":", 70)) + "1" + new string('}', 70)),
        _ => Write(Value(random)),
    };

    /// <summary>Changes something in a value.</summary>
    public static void Change(Random random, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members when members.Count > 0 && random.Next(4) > 0:
                var name = members.ElementAt(random.Next(members.Count)).Key;
                if (members[name] is JsonObject or JsonArray && random.Next(2) == 0) Change(random, members[name]);
                else if (random.Next(4) == 0) members.Remove(name);
                else members[name] = Value(random);
                break;
            case JsonObject members:
                members[OddTexts.Next(random)] = Value(random);
                break;
            case JsonArray items when items.Count > 0 && random.Next(3) > 0:
                items[random.Next(items.Count)] = Value(random);
                break;
            case JsonArray items:
                items.Add(Value(random));
                break;
        }
    }
}
