using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Executions;

/// <summary>
/// A JSON value inside an event: inline, or by reference where it is too large. On the wire a reference is
/// <c>{"ref","bytes","preview"}</c>; an inline value that has exactly this shape is turned into a reference, so that the
/// shape is never ambiguous.
/// </summary>
[JsonConverter(typeof(PayloadConverter))]
public sealed class Payload : IEquatable<Payload>
{
    private Payload(ReadOnlyMemory<byte> json, string? reference, long bytes, string? preview)
    {
        Json = json;
        Reference = reference;
        Bytes = bytes;
        Preview = preview;
    }

    /// <summary>Gets the JSON null.</summary>
    public static Payload Null { get; } = new("null"u8.ToArray(), null, 4, null);

    /// <summary>Gets the compact UTF-8 JSON; empty where only the reference is known.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>Gets <c>sha256:</c> and 64 hexadecimal digits, or <see langword="null"/> for an inline value.</summary>
    public string? Reference { get; }

    /// <summary>Gets the size of the JSON in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Gets the first characters of a referenced value.</summary>
    public string? Preview { get; }

    /// <summary>Gets whether the value itself is at hand.</summary>
    public bool IsInline => Reference is null;

    /// <summary>Wraps a compact JSON value.</summary>
    /// <param name="json">UTF-8 JSON without a byte order mark; not copied. Empty means null.</param>
    public static Payload FromJson(ReadOnlyMemory<byte> json) =>
        json.IsEmpty ? Null : LooksLikeReference(json.Span) ? new Payload(json, null, json.Length, null).Spill() : new Payload(json, null, json.Length, null);

    /// <summary>Wraps a JSON element.</summary>
    public static Payload FromElement(JsonElement element) => FromJson(JsonSerializer.SerializeToUtf8Bytes(element, PayloadJsonContext.Relaxed.JsonElement));

    /// <summary>Wraps a text as a JSON string.</summary>
    public static Payload FromText(string text) => FromJson(JsonSerializer.SerializeToUtf8Bytes(text, PayloadJsonContext.Relaxed.String));

    /// <summary>Gives the form by reference, which keeps the bytes for whoever stores them.</summary>
    public Payload Spill()
    {
        if (Reference is not null) return this;
        var hash = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Json.Span));
        return new Payload(Json, hash, Json.Length, PreviewOf(Json.Span));
    }

    /// <inheritdoc/>
    public bool Equals(Payload? other) =>
        other is not null && Reference == other.Reference && Bytes == other.Bytes && (Reference is not null || Json.Span.SequenceEqual(other.Json.Span));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Payload);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Reference, Bytes);

    /// <summary>Wraps a value that does not have the shape of a reference.</summary>
    internal static Payload Inline(ReadOnlyMemory<byte> json) => new(json, null, json.Length, null);

    internal static Payload ByReference(string reference, long bytes, string? preview) => new(default, reference, bytes, preview);

    /// <summary>Gives the JSON as it stands in an event: the value, or its reference.</summary>
    internal ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(buffer, EventJson.WriterOptions);
        WriteTo(writer);
        writer.Flush();
        return buffer.WrittenMemory;
    }

    /// <summary>Writes the JSON as it stands in an event: the value, or its reference.</summary>
    /// <param name="writer">Where to, as a value.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (Reference is null)
        {
            writer.WriteRawValue(Json.Span, skipInputValidation: true);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("ref"u8, Reference);
        writer.WriteNumber("bytes"u8, Bytes);
        writer.WriteString("preview"u8, Preview);
        writer.WriteEndObject();
    }

    private static string PreviewOf(ReadOnlySpan<byte> json)
    {
        // The cut may fall inside a character: what is left of it is dropped.
        var take = Math.Min(json.Length, ExecutionLimits.MaxPreviewBytes);
        while (take > 0 && take < json.Length && (json[take] & 0xC0) == 0x80) take--;
        return Encoding.UTF8.GetString(json[..take]);
    }

    private static bool LooksLikeReference(ReadOnlySpan<byte> json)
    {
        // Of any length: a reader goes by the shape alone. The first key that is another ends the look.
        if (json.Length < 30 || json[0] != (byte)'{') return false;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = ExecutionLimits.MaxValueDepth });
        var seen = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var bit = reader.ValueTextEquals("ref"u8) ? 1 : reader.ValueTextEquals("bytes"u8) ? 2 : reader.ValueTextEquals("preview"u8) ? 4 : 0;
            if (bit == 0) return false;
            seen |= bit;
            reader.Read();
            reader.Skip();
        }

        return seen == 7;
    }
}

internal sealed class PayloadConverter : JsonConverter<Payload>
{
    public override bool HandleNull => true;

    public override Payload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Object
            && root.TryGetProperty("ref"u8, out var reference) && reference.ValueKind == JsonValueKind.String
            && root.TryGetProperty("bytes"u8, out var bytes) && bytes.TryGetInt64(out var size)
            && root.TryGetProperty("preview"u8, out var preview)
            && root.GetPropertyCount() == 3)
            return Payload.ByReference(reference.GetString()!, size, preview.GetString());
        return Payload.FromJson(JsonMarshal.GetRawUtf8Value(root).ToArray());
    }

    public override void Write(Utf8JsonWriter writer, Payload value, JsonSerializerOptions options) => value.WriteTo(writer);
}

[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class PayloadJsonContext : JsonSerializerContext
{
    public static PayloadJsonContext Relaxed { get; } = new(new JsonSerializerOptions
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = ExecutionLimits.MaxValueDepth,
    });
}
