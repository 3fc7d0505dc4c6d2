using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Monitoring.External;

/// <summary>The newest numbered batch of an execution, written in the commit of its events: what is sent again after a lost
/// answer is known by it.</summary>
/// <param name="Number">Its number; 0 before the first.</param>
/// <param name="Hash">The hash of its events.</param>
/// <param name="Last">The last sequence of the log after it.</param>
internal sealed record BatchRecord(long Number, string Hash, long Last)
{
    public static BatchRecord None { get; } = new(0, "", 0);

    public static RecordKey KeyOf(ExecutionCreated created, Guid id) => new(created.Organization, "reports", id.ToString());

    public static string HashOf(JsonElement events) => Convert.ToHexStringLower(SHA256.HashData(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(events)));

    public static BatchRecord Read(StoredRecord? record)
    {
        if (record is null) return None;
        using var json = JsonDocument.Parse(record.Bytes);
        return new BatchRecord(json.RootElement.GetProperty("batch"u8).GetInt64(), json.RootElement.GetProperty("hash"u8).GetString()!, json.RootElement.GetProperty("last"u8).GetInt64());
    }

    public RecordWrite Write(RecordKey key)
    {
        var bytes = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteNumber("batch"u8, Number);
            writer.WriteString("hash"u8, Hash);
            writer.WriteNumber("last"u8, Last);
            writer.WriteEndObject();
        }

        return new RecordWrite(key, RecordWrite.AnyVersion, bytes.WrittenMemory);
    }
}
