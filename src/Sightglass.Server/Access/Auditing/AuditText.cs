using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions.Transfer;

namespace Sightglass.Server.Access.Auditing;

/// <summary>Entries of the audit log as JSON and as lines of a table.</summary>
internal static class AuditText
{
    public const string CsvHead = "number,time,organization,by,kind,from,action,target,outcome,code\r\n";

    public static void Write(Utf8JsonWriter writer, AuditEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number"u8, entry.Number);
        writer.WriteNumber("time"u8, entry.Time.ToUnixTimeMilliseconds());
        writer.WriteString("organization"u8, entry.Organization);
        writer.WriteString("by"u8, entry.By);
        writer.WriteString("kind"u8, entry.Kind);
        writer.WriteString("from"u8, entry.From);
        writer.WriteString("action"u8, entry.Action);
        writer.WriteString("target"u8, entry.Target);
        writer.WriteString("outcome"u8, entry.Outcome);
        writer.WriteString("code"u8, entry.Code);
        writer.WriteEndObject();
    }

    public static void WriteLine(IBufferWriter<byte> output, AuditEntry entry)
    {
        using (var writer = new Utf8JsonWriter(output, JsonAnswer.Options)) Write(writer, entry);
        output.Write("\n"u8);
    }

    public static void WriteCsv(IBufferWriter<byte> output, AuditEntry entry)
    {
        var row = new StringBuilder();
        CsvRow.Write(
            row,
            entry.Number.ToString(CultureInfo.InvariantCulture),
            entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            entry.Organization, entry.By, entry.Kind, entry.From, entry.Action, entry.Target, entry.Outcome, entry.Code);
        output.Write(Encoding.UTF8.GetBytes(row.ToString()));
    }
}
