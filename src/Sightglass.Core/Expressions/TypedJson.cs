using System.Globalization;
using System.Text.Json;

namespace Sightglass.Core.Expressions;

/// <summary>Values as tagged JSON, which keeps every type apart: <c>{"int":"1"}</c>, <c>{"bytes":"00ff"}</c>.</summary>
internal static class TypedJson
{
    /// <summary>Reads a tagged value.</summary>
    /// <exception cref="FormatException">The element is not one.</exception>
    internal static CelValue Read(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || element.GetPropertyCount() != 1)
            throw new FormatException("expected an object with one type tag such as {\"int\":\"1\"}");
        var tagged = element.EnumerateObject().First();
        var (tag, content) = (tagged.Name, tagged.Value);
        switch (tag)
        {
            case "null":
                return CelValue.Null;
            case "bool":
                return content.ValueKind is JsonValueKind.True or JsonValueKind.False ? CelValue.Bool(content.GetBoolean()) : throw Bad(tag);
            case "list":
                return CelValue.FromList([.. Items(content, tag).Select(Read)]);
            case "map":
                return Map(content);
            case "optional":
                return content.ValueKind == JsonValueKind.Null ? CelValue.OptionalNone : CelValue.OptionalOf(Read(content));
            default:
                return Scalar(tag, content.ValueKind == JsonValueKind.String ? content.GetString()! : content.GetRawText());
        }
    }

    internal static void Write(Utf8JsonWriter writer, in CelValue value)
    {
        writer.WriteStartObject();
        switch (value.Kind)
        {
            case CelKind.Null:
                writer.WriteBoolean("null", true);
                break;
            case CelKind.Bool:
                writer.WriteBoolean("bool", value.BoolUnsafe);
                break;
            case CelKind.Bytes:
                writer.WriteString("bytes", Convert.ToHexStringLower(value.BytesUnsafe));
                break;
            case CelKind.List:
                writer.WriteStartArray("list");
                foreach (ref readonly var item in value.ListUnsafe.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case CelKind.Map:
                writer.WriteStartArray("map");
                foreach (var (key, member) in value.MapUnsafe.Entries)
                {
                    writer.WriteStartArray();
                    Write(writer, key);
                    Write(writer, member);
                    writer.WriteEndArray();
                }

                writer.WriteEndArray();
                break;
            case CelKind.Optional when value.HasOptionalValue:
                writer.WritePropertyName("optional");
                Write(writer, value.OptionalUnsafe);
                break;
            case CelKind.Optional:
                writer.WriteNull("optional");
                break;
            default:
                writer.WriteString(Tag(value.Kind), CelText.Of(value));
                break;
        }

        writer.WriteEndObject();
    }

    private static string Tag(CelKind kind) => kind switch
    {
        CelKind.Timestamp => "timestamp",
        CelKind.Duration => "duration",
        _ => CelTypes.NameOf(kind),
    };

    private static CelValue Scalar(string tag, string text)
    {
        CelValue value;
        switch (tag)
        {
            case "string":
                return CelValue.String(text);
            case "type":
                return CelValue.Type(text);
            case "int" when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole):
                return CelValue.Int(whole);
            case "uint" when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var natural):
                return CelValue.Uint(natural);
            case "double" when CelConversions.TryParseDouble(text, out var number):
                return CelValue.Double(number);
            case "timestamp" when CelTime.TryParseTimestamp(text, out value):
                return value;
            case "duration" when CelTime.TryParseDuration(text, out value):
                return value;
            case "bytes":
                return CelValue.FromBytes(Convert.FromHexString(text));
            default:
                throw Bad(tag);
        }
    }

    private static CelValue Map(JsonElement content)
    {
        var map = new CelDictionary(0);
        foreach (var pair in Items(content, "map"))
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2)
                throw Bad("map");
            var key = Read(pair[0]);
            if (key.Kind is not (CelKind.Bool or CelKind.Int or CelKind.Uint or CelKind.String) || !map.TryAdd(key, Read(pair[1])))
                throw new FormatException("a map key is repeated or not a bool, int, uint or string");
        }

        return CelValue.FromMap(map);
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement content, string tag) =>
        content.ValueKind == JsonValueKind.Array ? content.EnumerateArray() : throw Bad(tag);

    private static FormatException Bad(string tag) => new($"the content of the tag '{(tag.Length <= 40 ? tag : tag[..40])}' is not valid or the tag is unknown");
}
