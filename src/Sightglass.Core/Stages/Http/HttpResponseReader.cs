using System.Buffers;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Expressions;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Core.Stages.Http;

/// <summary>Reads a response: its text into the log as it comes, the whole of it, bounded, for the stage's output.</summary>
internal static class HttpResponseReader
{
    private const int BufferSize = 32 * 1024;

    /// <summary>Reads the body as UTF-8.</summary>
    /// <returns>The body, or null where it is longer than the limit.</returns>
    public static async Task<ArrayBufferWriter<byte>?> ReadAsync(StageRun run, HttpResponseMessage response, long limit, SilenceTimer silence)
    {
        var body = new ArrayBufferWriter<byte>();
        var decoder = Decoder(response);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(silence.Token);
            long total = 0;
            while (true)
            {
                silence.Restart();
                var count = await stream.ReadAsync(buffer, silence.Token);
                // A slow log is no silence of the other side.
                silence.Stop();
                if ((total += count) > limit)
                    return null;
                var text = decoder is null ? buffer.AsMemory(0, count) : Transcode(decoder, buffer.AsSpan(0, count));
                body.Write(text.Span);
                if (!text.IsEmpty)
                    await run.Output.WriteAsync(text, OutputStream.Output, silence.Caller);
                if (count == 0)
                    return body;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Writes <c>{status, headers, body}</c>.</summary>
    public static ReadOnlyMemory<byte> Write(HttpResponseMessage response, ArrayBufferWriter<byte> body, SecretPatterns secrets)
    {
        var output = new ArrayBufferWriter<byte>(body.WrittenCount + 1024);
        using (var writer = new Utf8JsonWriter(output, StageJson.Writing))
        {
            writer.WriteStartObject();
            writer.WriteNumber("status"u8, (int)response.StatusCode);
            writer.WriteStartObject("headers"u8);
            foreach (var group in response.Headers.Concat(response.Content.Headers).GroupBy(header => header.Key.ToLowerInvariant(), StringComparer.Ordinal))
                writer.WriteString(group.Key, string.Join(", ", group.SelectMany(header => header.Value)));
            writer.WriteEndObject();
            writer.WritePropertyName("body"u8);
            WriteBody(writer, response, body.WrittenMemory);
            writer.WriteEndObject();
        }

        return secrets.MaskJson(output.WrittenMemory);
    }

    private static void WriteBody(Utf8JsonWriter writer, HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        var type = response.Content.Headers.ContentType?.MediaType ?? "";
        if (type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
        {
            try
            {
                using var document = JsonDocument.Parse(JsonText.Mend(body));
                document.WriteTo(writer);
                return;
            }
            catch (JsonException)
            {
                // The server says JSON and sends something else: the text tells more than a failure would.
            }
        }

        writer.WriteStringValue(Encoding.UTF8.GetString(body.Span));
    }

    // Null where the bytes are UTF-8 or nothing is known about them.
    private static Decoder? Decoder(HttpResponseMessage response)
    {
        var charset = response.Content.Headers.ContentType?.CharSet?.Trim('"', '\'');
        if (string.IsNullOrEmpty(charset))
            return null;
        try
        {
            var encoding = Encoding.GetEncoding(charset);
            return encoding.CodePage == Encoding.UTF8.CodePage || encoding.CodePage == Encoding.ASCII.CodePage ? null : encoding.GetDecoder();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static Memory<byte> Transcode(Decoder decoder, ReadOnlySpan<byte> bytes)
    {
        var chars = new char[decoder.GetCharCount(bytes, flush: bytes.IsEmpty)];
        decoder.GetChars(bytes, chars, flush: bytes.IsEmpty);
        return Encoding.UTF8.GetBytes(chars);
    }
}
