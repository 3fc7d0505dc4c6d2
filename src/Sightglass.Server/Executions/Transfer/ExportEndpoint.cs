using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions.Transfer;

/// <summary><c>GET /api/executions/{id}/export</c>: an execution as a file, read while it is sent.</summary>
internal static class ExportEndpoint
{
    private const int FlushBytes = 256 * 1024;

    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/executions/{id}/export", context => ExportAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("exportExecution", Tags.Executions, "An execution as a file", d => d
                .Says("json: its state and its events. ndjson: its log as it is stored. csv: its stages, one a row. dump: a zip with log and values, which another Sightglass imports. What is added while the file is sent is not in it.")
                .OfExecution()
                .Query("format", Constraint.OneOf("json", "ndjson", "csv", "dump"), "What kind of file.")
                .Gives("ExecutionExport", "With format=json.")
                .Gives("application/x-ndjson", "Event", "With format=ndjson.")
                .Gives("text/csv", null, "With format=csv.")
                .Gives("application/zip", null, "With format=dump.")
                .Fails(413, "export_too_large"));

    private static async Task ExportAsync(HttpContext context, ServerContext server)
    {
        var found = ExecutionEndpoints.TryGetId(context, out var id)
            ? await server.Engine.ReadStateAsync(id, state => new Found(state.Created.PipelineId, state.LastSeq, StateJson.Write(state), Table(state))).ConfigureAwait(false)
            : null;
        if (found is null)
        {
            await (await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false)).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        // The state may be a few reports behind the log: both end where the log does now.
        var page = await server.Engine.Store.ReadAsync(id, found.Seq, BlockFilter.All, 1, context.RequestAborted).ConfigureAwait(false);
        var last = Math.Max(found.Seq, page.Last);
        var lines = new LogLines(server.Engine.Store, id, last);
        var name = SafeName.Of(found.PipelineId) + "-" + id;
        switch (context.Request.Query["format"].ToString())
        {
            case "ndjson":
                Begin(context, "application/x-ndjson", name + ".ndjson");
                await WriteLinesAsync(context.Response.BodyWriter, lines, "", "\n", context.RequestAborted).ConfigureAwait(false);
                break;
            case "csv":
                Begin(context, "text/csv; charset=utf-8", name + ".csv");
                await context.Response.WriteAsync(found.Csv, context.RequestAborted).ConfigureAwait(false);
                break;
            case "dump":
                if (await Dump.CollectAsync(lines, context.RequestAborted).ConfigureAwait(false) is not { } values) await new ApiProblem(413, "export_too_large", $"The log has more than {TransferLimits.MaxBytes:N0} bytes or {TransferLimits.MaxValues:N0} values; export it as ndjson.").WriteAsync(context).ConfigureAwait(false);
                else
                {
                    Begin(context, "application/zip", name + ".zip");
                    await new Dump(server, id, last, lines, values).WriteAsync(context.Response.BodyWriter.AsStream(), context.RequestAborted).ConfigureAwait(false);
                }

                break;
            default:
                Begin(context, "application/json", name + ".json");
                await WriteJsonAsync(context.Response.BodyWriter, found.State, lines, context.RequestAborted).ConfigureAwait(false);
                break;
        }
    }

    private static void Begin(HttpContext context, string contentType, string fileName)
    {
        SecurityHeaders.MakeDownload(context.Response, fileName);
        context.Response.ContentType = contentType;
    }

    private static async Task WriteJsonAsync(PipeWriter output, byte[] state, LogLines lines, CancellationToken cancellationToken)
    {
        await output.WriteAsync("{\"execution\":"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(state, cancellationToken).ConfigureAwait(false);
        await output.WriteAsync(",\"events\":["u8.ToArray(), cancellationToken).ConfigureAwait(false);
        await WriteLinesAsync(output, lines, ",", "", cancellationToken).ConfigureAwait(false);
        await output.WriteAsync("]}"u8.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteLinesAsync(PipeWriter output, LogLines lines, string between, string after, CancellationToken cancellationToken)
    {
        var (separator, end) = (Encoding.UTF8.GetBytes(between), Encoding.UTF8.GetBytes(after));
        var isFirst = true;
        long pending = 0;
        await foreach (var line in lines.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!isFirst) System.Buffers.BuffersExtensions.Write(output, separator);
            isFirst = false;
            System.Buffers.BuffersExtensions.Write(output, line.Span);
            System.Buffers.BuffersExtensions.Write(output, end);
            pending += line.Length;
            if (pending < FlushBytes) continue;
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            pending = 0;
        }
    }

    private static string Table(ExecutionState state)
    {
        var output = new StringBuilder();
        CsvRow.Write(output, "key", "id", "name", "type", "status", "attempt", "started", "ended", "durationMs", "costUsd", "errorCode", "error", "reason");
        foreach (var stage in state.Stages.SelectMany(s => state.InstancesOf(s.Id).Prepend(s)))
        {
            CsvRow.Write(
                output,
                stage.Key,
                stage.Id,
                stage.Name,
                stage.Type,
                stage.Status.ToWire(),
                stage.Attempt.ToString(CultureInfo.InvariantCulture),
                Moment(stage.StartedAt),
                Moment(stage.EndedAt),
                stage.Duration?.ToString(CultureInfo.InvariantCulture),
                stage.Cost?.ToString(CultureInfo.InvariantCulture),
                stage.Error?.Code,
                stage.Error?.Message,
                stage.Reason);
        }

        return output.ToString();
    }

    private static string? Moment(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed record Found(string PipelineId, long Seq, byte[] State, string Csv);
}
