using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Executions;

/// <summary>Moments inside <c>data</c> as the envelope writes its own: UTC, six digits, <c>Z</c>. One form in the whole log
/// lets readers compare times as texts.</summary>
internal sealed class MomentConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[27];
        EventJson.FormatTime(value, text);
        writer.WriteStringValue(text);
    }
}
