using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sightglass.Core.Ports;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;

namespace Sightglass.Server.Streaming.Overview;

/// <summary>How one execution stands, as the overview tells it: what lists and badges show of it, encoded once.</summary>
/// <param name="Number">Its number in the ring.</param>
/// <param name="Organization">Whose the execution is.</param>
/// <param name="PipelineId">Of which pipeline.</param>
/// <param name="Bytes">The frame.</param>
internal sealed record OverviewFrame(long Number, string Organization, string PipelineId, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Encodes a row.</summary>
    /// <param name="epoch">What tells this run of numbers from others.</param>
    /// <param name="number">The frame's number.</param>
    /// <param name="item">The row.</param>
    public static OverviewFrame Of(string epoch, long number, ExecutionListItem item)
    {
        var row = item.Summary;
        var output = new ArrayBufferWriter<byte>(512);
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {epoch}-{number}\ndata: ")));
        using (var writer = new Utf8JsonWriter(output, JsonAnswer.Options))
        {
            writer.WriteStartObject();
            ListItemJson.WriteMembers(writer, row);
            writer.WriteNumber("seq"u8, item.LastSeq);
            writer.WriteEndObject();
        }

        output.Write("\n\n"u8);
        return new OverviewFrame(number, row.Organization, row.PipelineId, output.WrittenMemory);
    }

    /// <summary>Encodes a deletion.</summary>
    /// <param name="epoch">What tells this run of numbers from others.</param>
    /// <param name="number">The frame's number.</param>
    /// <param name="tombstone">What is left of the execution.</param>
    public static OverviewFrame OfDeleted(string epoch, long number, Tombstone tombstone)
    {
        var output = new ArrayBufferWriter<byte>(256);
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {epoch}-{number}\nevent: deleted\ndata: ")));
        using (var writer = new Utf8JsonWriter(output, JsonAnswer.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, tombstone.Id);
            writer.WriteString("pipelineId"u8, tombstone.PipelineId);
            writer.WriteEndObject();
        }

        output.Write("\n\n"u8);
        return new OverviewFrame(number, tombstone.Organization, tombstone.PipelineId, output.WrittenMemory);
    }
}
