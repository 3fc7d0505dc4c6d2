using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions.Recorded;

/// <summary><c>GET /api/executions/{id}/logs</c>: what stages printed and logged, line by line.</summary>
internal static class LogsEndpoint
{
    private const int ReadBytes = 256 * 1024;
    private static readonly string[] Levels = ["debug", "info", "warning", "error"];

    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/executions/{id}/logs", context => LogsAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getLogs", Tags.Executions, "What stages printed and logged, line by line", d => d
                .Says("A page, or with format=ndjson or text all lines as a download. A line that is very long, or that a page ends in, is not complete: the next of its stage, attempt and stream goes on with it. A page looks at a bounded part of the log, so it may be empty and say more all the same.")
                .OfExecution()
                .Query("after", Constraint.Number(0, long.MaxValue, 0), "last of the page before.", "invalid_cursor")
                .Query("at", Constraint.Number(1, long.MaxValue), "The seq of the last event that counts; the end of the log where it is left out. The name of a download says it.")
                .Query("limit", Constraint.Number(1, ServerLimits.MaxEvents, ServerLimits.DefaultEvents), "About how many lines a page has; it ends with an event.")
                .Query("stage", Constraint.Text(ServerLimits.MaxPathPart).List(ServerLimits.MaxFilters), "Only lines of these stages; x means x[n] too.")
                .Query("level", Constraint.OneOf(Levels).List(Levels.Length), "Only lines of these levels; what was printed counts as info.")
                .Query("stream", Constraint.OneOf("output", "error", "log").NoDefault(), "Only what was printed to one of them, or logged.")
                .Query("q", Constraint.Text(ServerLimits.MaxPathPart), "Only lines that hold this text, in small or capital letters.")
                .Query("format", Constraint.OneOf("json", "ndjson", "text"), "json gives a page, the others all lines.")
                .Gives("LogPage", "A page.")
                .Gives("application/x-ndjson", "LogLine", "With format=ndjson: one line a line.")
                .Gives("text/plain", null, "With format=text: the lines as text."));

    private static async Task LogsAsync(HttpContext context, ServerContext server)
    {
        var query = context.Request.Query;
        var after = NumberOf(query["after"]) ?? 0;
        var at = NumberOf(query["at"]);
        var format = query["format"].ToString();
        var page = ExecutionEndpoints.TryGetId(context, out var id) ? await server.Engine.Store.ReadAsync(id, after, BlockFilter.All, 1, context.RequestAborted).ConfigureAwait(false) : null;
        if (page is null or { Last: 0 }) await (await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false)).WriteAsync(context).ConfigureAwait(false);
        else if (format is "ndjson" or "text") await SendAllAsync(context, server, id, after, at, format == "text").ConfigureAwait(false);
        else await SendPageAsync(context, server, id, after, at ?? long.MaxValue).ConfigureAwait(false);
    }

    private static async Task SendPageAsync(HttpContext context, ServerContext server, Guid id, long after, long at)
    {
        var limit = int.TryParse(context.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : ServerLimits.DefaultEvents;
        var filter = new LogsFilter(context.Request.Query);
        var assembler = new LineAssembler();
        var lines = new List<LogEntry>();
        var bytes = 0;
        ExecutionEvent? last = null;
        await foreach (var e in ReadAsync(server, id, after, at, ServerLimits.MaxScanBytes, context.RequestAborted).ConfigureAwait(false))
        {
            last = e;
            foreach (var line in assembler.Add(e).Where(filter.Fits))
            {
                lines.Add(line);
                bytes += line.Text.Length;
            }

            if (lines.Count >= limit || bytes >= ServerLimits.MaxPageBytes) break;
        }

        if (last is not null) lines.AddRange(assembler.Flush(last).Where(filter.Fits));
        var end = await server.Engine.Store.ReadAsync(id, last?.Seq ?? after, BlockFilter.All, 1, context.RequestAborted).ConfigureAwait(false);
        var reached = last?.Seq ?? Math.Min(after, end.Last);
        await JsonAnswer.WriteAsync(context, (lines, reached, at, end), static (writer, page) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("lines"u8);
            foreach (var line in page.lines) Write(writer, line);
            writer.WriteEndArray();
            writer.WriteNumber("last"u8, page.reached);
            writer.WriteBoolean("more"u8, page.reached < Math.Min(page.at, page.end.Last));
            writer.WriteBoolean("complete"u8, page.end.Ended && page.reached >= page.end.Last);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task SendAllAsync(HttpContext context, ServerContext server, Guid id, long after, long? at, bool isText)
    {
        SecurityHeaders.MakeDownload(context.Response, $"{id}{(at is null ? "" : string.Create(CultureInfo.InvariantCulture, $"-at-{at}"))}.{(isText ? "log" : "ndjson")}");
        context.Response.ContentType = isText ? "text/plain; charset=utf-8" : "application/x-ndjson";
        var filter = new LogsFilter(context.Request.Query);
        var assembler = new LineAssembler();
        var output = context.Response.BodyWriter;
        long pending = 0;
        ExecutionEvent? last = null;
        await foreach (var e in ReadAsync(server, id, after, at ?? long.MaxValue, long.MaxValue, context.RequestAborted).ConfigureAwait(false))
        {
            last = e;
            foreach (var line in assembler.Add(e)) pending += WriteLine(output, line, filter, isText);
            if (pending < ReadBytes) continue;
            await output.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            pending = 0;
        }

        if (last is null) return;
        foreach (var line in assembler.Flush(last)) WriteLine(output, line, filter, isText);
    }

    private static long? NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static int WriteLine(IBufferWriter<byte> output, LogEntry line, LogsFilter filter, bool isText)
    {
        if (!filter.Fits(line)) return 0;
        if (isText)
        {
            var text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{line.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {line.Stage}#{line.Attempt} {line.Level,-7} {line.Text}{(line.IsComplete ? "" : "…")}\n"));
            output.Write(text);
            return text.Length;
        }

        using (var writer = new Utf8JsonWriter(output, JsonAnswer.Options)) Write(writer, line);
        output.Write("\n"u8);
        return line.Text.Length;
    }

    private static void Write(Utf8JsonWriter writer, LogEntry line)
    {
        writer.WriteStartObject();
        writer.WriteNumber("seq"u8, line.Seq);
        writer.WriteNumber("time"u8, line.Time.ToUnixTimeMilliseconds());
        writer.WriteString("stage"u8, line.Stage);
        writer.WriteNumber("attempt"u8, line.Attempt);
        writer.WriteString("stream"u8, line.Stream);
        writer.WriteString("level"u8, line.Level);
        writer.WriteString("text"u8, line.Text);
        if (line.Fields is { IsInline: true } fields)
        {
            writer.WritePropertyName("fields"u8);
            writer.WriteRawValue(fields.Json.Span, skipInputValidation: true);
        }

        writer.WriteBoolean("complete"u8, line.IsComplete);
        writer.WriteEndObject();
    }

    private static async IAsyncEnumerable<ExecutionEvent> ReadAsync(ServerContext server, Guid id, long after, long at, long maxBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var cursor = after;
        for (long read = 0; read < maxBytes;)
        {
            var page = await server.Engine.Store.ReadAsync(id, cursor, BlockFilter.All, ReadBytes, cancellationToken).ConfigureAwait(false);
            if (page.Blocks.Count == 0) yield break;
            foreach (var block in page.Blocks)
            {
                read += block.Bytes.Length;
                foreach (var e in EventJson.ReadBlock(block.Bytes))
                {
                    if (e.Seq > at) yield break;
                    if (e.Seq > cursor) yield return e;
                }

                cursor = block.LastSeq;
            }
        }
    }
}
