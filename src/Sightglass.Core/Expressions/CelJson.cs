using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sightglass.Core.Expressions;

/// <summary>Values from JSON and to JSON.</summary>
internal static class CelJson
{
    private static readonly JsonWriterOptions TextOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static CelValue Read(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.True:
                return CelValue.Bool(true);
            case JsonValueKind.False:
                return CelValue.Bool(false);
            case JsonValueKind.String:
                return CelValue.String(JsonText.Of(element));
            case JsonValueKind.Number:
                return element.TryGetInt64(out var whole) ? CelValue.Int(whole) : ReadDouble(element);
            case JsonValueKind.Array:
                var items = new CelValue[element.GetArrayLength()];
                var next = 0;
                foreach (var item in element.EnumerateArray())
                    items[next++] = Read(item);
                return CelValue.FromList(items);
            case JsonValueKind.Object:
                var map = new CelDictionary(element.GetPropertyCount());
                foreach (var property in element.EnumerateObject())
                    map.Put(CelValue.String(JsonText.NameOf(property)), Read(property.Value));
                return CelValue.FromMap(map);
            default:
                return CelValue.Null;
        }
    }

    // A number that only passes through must stay what it was: digits beyond a double's, and 1.0 apart from 1.
    private static CelValue ReadDouble(JsonElement element)
    {
        var value = element.GetDouble();
        Span<byte> shortest = stackalloc byte[32];
        return value.TryFormat(shortest, out var length, default, CultureInfo.InvariantCulture) && JsonMarshal.GetRawUtf8Value(element).SequenceEqual(shortest[..length])
            ? CelValue.Double(value)
            : CelValue.WrittenDouble(value, element.GetRawText());
    }

    internal static void Write(Utf8JsonWriter writer, in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Null:
                writer.WriteNullValue();
                break;
            case CelKind.Bool:
                writer.WriteBooleanValue(value.BoolUnsafe);
                break;
            case CelKind.Int:
                writer.WriteNumberValue(value.IntUnsafe);
                break;
            case CelKind.Uint:
                writer.WriteNumberValue(value.UintUnsafe);
                break;
            case CelKind.Double when value.NumberTextUnsafe is { } text:
                writer.WriteRawValue(text, skipInputValidation: true);
                break;
            case CelKind.Double when double.IsFinite(value.DoubleUnsafe):
                writer.WriteNumberValue(value.DoubleUnsafe);
                break;
            case CelKind.Bytes:
                writer.WriteBase64StringValue(value.BytesUnsafe);
                break;
            case CelKind.List:
                writer.WriteStartArray();
                foreach (ref readonly var item in value.ListUnsafe.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case CelKind.Map:
                writer.WriteStartObject();
                foreach (var (key, member) in value.MapUnsafe.Entries)
                {
                    writer.WritePropertyName(CelText.Of(key));
                    Write(writer, member);
                }

                writer.WriteEndObject();
                break;
            case CelKind.Optional:
                Write(writer, value.HasOptionalValue ? value.OptionalUnsafe : CelValue.Null);
                break;
            default:
                writer.WriteStringValue(CelText.Of(value));
                break;
        }
    }

    internal static string ToText(in CelValue value)
    {
        if (value.Kind == CelKind.Double && !double.IsFinite(value.DoubleUnsafe))
            return CelText.Of(value);
        if (value.Kind == CelKind.Bytes)
            return Convert.ToBase64String(value.BytesUnsafe);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, TextOptions))
            Write(writer, value);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
