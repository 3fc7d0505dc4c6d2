using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions.Lines;

/// <summary><c>GET /api/executions/{id}/lines</c>: any part of the lines of a log, by number.</summary>
internal static class LinesEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/executions/{id}/lines", context => LinesAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getLines", Tags.Executions, "Lines of what stages printed and logged, by number", d => d
                .Says("Any part of a log of any length, with counts: for a view of which only what is on the screen is read. from counts the lines that fit, line names one by its number among all lines, which never changes; without either the last lines are given. A line is whole here, however long it is, and text holds its first characters; what a carriage return wrote over is left out. A request looks at a bounded part of the log: while more is true, ask again.")
                .OfExecution()
                .Query("from", Constraint.Number(0, long.MaxValue), "How many of the lines that fit are passed over.")
                .Query("line", Constraint.Number(1, long.MaxValue), "Begin with the first line that fits and has this number or a higher one.")
                .Query("at", Constraint.Number(1, long.MaxValue), "The seq of the last event that counts; the end of the log where it is left out.")
                .Query("limit", Constraint.Number(1, LineLimits.MaxLines, LineLimits.DefaultLines), "The most lines to give.")
                .Query("width", Constraint.Number(1, LineLimits.MaxWidth, LineLimits.DefaultWidth), "The most characters of a line to give.")
                .Query("stage", Constraint.Text(ServerLimits.MaxPathPart).List(ServerLimits.MaxFilters), "Only lines of these stages; x means x[n] too.")
                .Query("level", Constraint.OneOf(LevelCounts.Names).List(LevelCounts.Names.Length), "Only lines of these levels; what was printed counts as info.")
                .Query("stream", Constraint.OneOf("output", "error", "log").NoDefault(), "Only what was printed to one of them, or logged.")
                .Query("q", Constraint.Text(LineLimits.MaxQueryChars), "Only lines that hold this text, in small or capital letters.")
                .Gives("LineWindow", "The lines.")
                .Fails(400, "invalid_query"));

    private static async Task LinesAsync(HttpContext context, ServerContext server)
    {
        var query = new LineQuery(context.Request.Query);
        if (query is { From: not null, Line: not null })
        {
            await ApiProblem.BadRequest("invalid_query", "Give from or line, not both.").WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var window = ExecutionEndpoints.TryGetId(context, out var id) ? await server.Lines.ReadAsync(id, query, context.RequestAborted).ConfigureAwait(false) : null;
        if (window is null) await (await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false)).WriteAsync(context).ConfigureAwait(false);
        else await JsonAnswer.WriteAsync(context, window, Write).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter writer, LineWindow window)
    {
        writer.WriteStartObject();
        writer.WriteNumber("from"u8, window.From);
        writer.WriteNumber("total"u8, window.Total);
        writer.WriteNumber("allLines"u8, window.AllLines);
        writer.WriteStartObject("counts"u8);
        writer.WriteNumber("debug"u8, window.Counts.Debug);
        writer.WriteNumber("info"u8, window.Counts.Info);
        writer.WriteNumber("warning"u8, window.Counts.Warning);
        writer.WriteNumber("error"u8, window.Counts.Error);
        writer.WriteEndObject();
        writer.WriteStartArray("lines"u8);
        foreach (var line in window.Lines) Write(writer, line);
        writer.WriteEndArray();
        writer.WriteStartArray("open"u8);
        foreach (var line in window.Open) Write(writer, line);
        writer.WriteEndArray();
        writer.WriteNumber("seq"u8, window.Seq);
        writer.WriteNumber("last"u8, window.Last);
        writer.WriteBoolean("more"u8, window.More);
        writer.WriteBoolean("complete"u8, window.Ended);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, FoundLine line)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number"u8, line.Number);
        writer.WriteNumber("seq"u8, line.Seq);
        writer.WriteNumber("time"u8, line.Time.ToUnixTimeMilliseconds());
        writer.WriteString("stage"u8, line.Stage);
        writer.WriteNumber("attempt"u8, line.Attempt);
        writer.WriteString("stream"u8, line.Stream);
        writer.WriteString("level"u8, line.Level);
        writer.WriteString("text"u8, line.Text);
        writer.WriteNumber("length"u8, line.Length);
        if (line.Rewrites > 0) writer.WriteNumber("rewrites"u8, line.Rewrites);
        if (line.Fields is { } fields)
        {
            writer.WritePropertyName("fields"u8);
            writer.WriteRawValue(fields.Json.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }
}
