using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Stages;

namespace Sightglass.Server.Streaming;

/// <summary>Why a viewer waits for nothing: the reason an execution is parked, without what only a log of the server may say.</summary>
internal static class ParkedJson
{
    /// <summary>Writes the reason on one line: <c>code</c> and <c>message</c>.</summary>
    public static ReadOnlySpan<byte> Of(StageError reason)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("code"u8, reason.Code);
        writer.WriteString("message"u8, reason.Message);
        writer.WriteEndObject();
        writer.Flush();
        return output.WrittenSpan;
    }
}
