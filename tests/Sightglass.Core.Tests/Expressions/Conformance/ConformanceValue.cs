using System.Globalization;
using System.Text.Json;
using Sightglass.Core.Expressions;

namespace Sightglass.Core.Tests.Expressions.Conformance;

/// <summary>Values as the public cases write them.</summary>
internal static class ConformanceValue
{
    public static CelValue Read(JsonElement element)
    {
        var tagged = element.EnumerateObject().Single();
        var content = tagged.Value;
        return tagged.Name switch
        {
            "nullValue" => CelValue.Null,
            "boolValue" => CelValue.Bool(content.GetBoolean()),
            "int64Value" => CelValue.Int(long.Parse(content.ToString(), CultureInfo.InvariantCulture)),
            "uint64Value" => CelValue.Uint(ulong.Parse(content.ToString(), CultureInfo.InvariantCulture)),
            "doubleValue" => CelValue.Double(double.Parse(content.ToString(), CultureInfo.InvariantCulture)),
            "stringValue" => CelValue.String(content.GetString()!),
            "bytesValue" => CelValue.Bytes(Convert.FromBase64String(content.GetString()!)),
            "typeValue" => CelValue.Type(content.GetString()!),
            "listValue" => CelValue.List(Members(content, "values").Select(Read)),
            "mapValue" => Map(Members(content, "entries")),
            "objectValue" => Time(content),
            _ => throw new InvalidOperationException($"The cases hold a value of an unknown kind: {tagged.Name}."),
        };
    }

    /// <summary>Whether two values have the same type and content; unlike the language's own equality, NaN is itself and 1 is not 1u.</summary>
    public static bool AreSame(CelValue expected, CelValue actual)
    {
        if (expected.Kind != actual.Kind)
            return false;
        switch (expected.Kind)
        {
            case CelKind.Double:
                return expected.AsDouble.Equals(actual.AsDouble);
            case CelKind.List:
                return expected.Items.Count == actual.Items.Count && expected.Items.Zip(actual.Items).All(pair => AreSame(pair.First, pair.Second));
            case CelKind.Map:
                var (left, right) = (expected.Entries.ToList(), actual.Entries.ToList());
                return left.Count == right.Count && left.TrueForAll(one => right.Exists(other => AreSame(one.Key, other.Key) && AreSame(one.Value, other.Value)));
            case CelKind.Optional:
                return expected.TryGetOptional(out var inner) == actual.TryGetOptional(out var other) && AreSame(inner, other);
            default:
                return expected.Equals(actual);
        }
    }

    private static JsonElement.ArrayEnumerator Members(JsonElement content, string name) =>
        content.TryGetProperty(name, out var members) ? members.EnumerateArray() : default;

    private static CelValue Map(JsonElement.ArrayEnumerator entries)
    {
        var map = new CelDictionary(0);
        foreach (var entry in entries)
            map.TryAdd(Read(entry.GetProperty("key")), Read(entry.GetProperty("value")));
        return CelValue.FromMap(map);
    }

    private static CelValue Time(JsonElement content)
    {
        var text = content.GetProperty("value").GetString()!;
        CelValue value;
        return CelTime.TryParseTimestamp(text, out value) || CelTime.TryParseDuration(text, out value)
            ? value
            : throw new InvalidOperationException($"The cases hold a time that cannot be read: {text}.");
    }
}
