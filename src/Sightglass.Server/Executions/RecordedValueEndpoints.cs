using System.Buffers;
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

namespace Sightglass.Server.Executions;

/// <summary>What stages printed and the values too large for an event, by range.</summary>
internal static class RecordedValueEndpoints
{
    private const int ReadBytes = 256 * 1024;

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/executions/{id}/output/{stage}", context => OutputAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getStageOutput", Tags.Executions, "What a stage printed", d => d
                .OfExecution()
                .Path("stage", "Key of the stage: its id, or id[n].")
                .Query("offset", Constraint.Number(0, long.MaxValue, 0), "How many bytes to pass over.")
                .Query("limit", Constraint.Number(0, long.MaxValue), "The most bytes to give; all where it is left out.")
                .Query("attempt", Constraint.Number(1, int.MaxValue), "Of which attempt; the newest where it is left out.")
                .Gives("text/plain", null, "The text, as a download.")
                .Fails(400, "invalid_query")
                .Fails(404, "stage_not_found"));
        routes.MapGet("/api/values/{reference}", context => ValueAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getValue", Tags.Executions, "A value that was too large for an event", d => d
                .Path("reference", "The ref of the value.")
                .Query("offset", Constraint.Number(0, long.MaxValue, 0), "How many bytes to pass over.")
                .Query("length", Constraint.Number(0, ServerLimits.MaxValuePageBytes, ServerLimits.MaxValuePageBytes), "The most bytes to give.")
                .Gives("text/plain", null, "The bytes of its JSON; the header X-Next-Offset says where the next begin.")
                .Fails(400, "invalid_query")
                .Fails(404, "value_not_found"));
    }

    private static async Task OutputAsync(HttpContext context, ServerContext server)
    {
        var problem = ReadNumber(context, "offset", out var offset);
        problem ??= ReadNumber(context, "attempt", out _) ?? ReadNumber(context, "limit", out _);
        if (problem is null)
        {
            var stage = (string)context.GetRouteValue("stage")!;
            var found = ExecutionEndpoints.TryGetId(context, out var id)
                ? await server.Engine.ReadStateAsync(id, state => (Known: true, Attempt: state.Find(stage)?.Attempt)).ConfigureAwait(false)
                : default;
            if (!found.Known) problem = await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false);
            else if (found.Attempt is not { } newest) problem = new ApiProblem(404, "stage_not_found", $"There is no stage '{stage}'.");
            else
            {
                ReadNumber(context, "attempt", out var asked);
                ReadNumber(context, "limit", out var limit);
                var attempt = asked > 0 ? (int)Math.Min(asked, int.MaxValue) : newest;
                await WriteOutputAsync(context, server, id, stage, attempt, new OutputRange(offset, limit > 0 ? limit : long.MaxValue)).ConfigureAwait(false);
                return;
            }
        }

        await problem.WriteAsync(context).ConfigureAwait(false);
    }

    // Sent while it is read: an output may be a gigabyte, and a reader who wants all of it gets it in one answer.
    private static async Task WriteOutputAsync(HttpContext context, ServerContext server, Guid id, string stage, int attempt, OutputRange range)
    {
        SecurityHeaders.MakeDownload(context.Response, "output.txt");
        context.Response.ContentType = "text/plain; charset=utf-8";
        long cursor = 0;
        while (range.Left > 0)
        {
            var page = await server.Engine.Store.ReadAsync(id, cursor, BlockFilter.All, ReadBytes, context.RequestAborted).ConfigureAwait(false);
            if (page.Blocks.Count == 0) break;
            foreach (var block in page.Blocks)
            {
                cursor = block.LastSeq;
                if (block.Kind == BlockKind.Report) Collect(block, stage, attempt, range, context.Response.BodyWriter);
            }

            await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }

    private static void Collect(EventBlock block, string stage, int attempt, OutputRange range, PipeWriter output)
    {
        foreach (var e in EventJson.ReadBlock(block.Bytes))
        {
            if (e.Data is StageOutputWritten written && e.Stage == stage && e.Attempt == attempt) output.Write(range.Take(Encoding.UTF8.GetBytes(written.Text)));
        }
    }

    /// <summary>The bytes wanted of a text that comes in pieces.</summary>
    private sealed class OutputRange(long skip, long left)
    {
        private long _skip = skip;

        public long Left { get; private set; } = left;

        public ReadOnlySpan<byte> Take(ReadOnlySpan<byte> piece)
        {
            var skipped = (int)Math.Min(_skip, piece.Length);
            _skip -= skipped;
            var taken = (int)Math.Min(Left, piece.Length - skipped);
            Left -= taken;
            return piece.Slice(skipped, taken);
        }
    }

    private static async Task ValueAsync(HttpContext context, ServerContext server)
    {
        var reference = (string)context.GetRouteValue("reference")!;
        var problem = ReadNumber(context, "offset", out var offset) ?? ReadNumber(context, "length", out var length);
        ReadNumber(context, "length", out length);
        if (problem is null)
        {
            var take = length > 0 ? (int)Math.Min(length, ServerLimits.MaxValuePageBytes) : ServerLimits.MaxValuePageBytes;
            var bytes = ValueReference.TryParse(reference, out _)
                ? await server.Engine.Store.ReadValueAsync(reference, offset, take, context.RequestAborted).ConfigureAwait(false)
                : null;
            if (bytes is { } value)
            {
                SecurityHeaders.MakeDownload(context.Response, "value.json");
                context.Response.ContentType = "text/plain; charset=utf-8";
                if (value.Length == take) context.Response.Headers["X-Next-Offset"] = (offset + take).ToString(CultureInfo.InvariantCulture);
                context.Response.ContentLength = value.Length;
                await context.Response.Body.WriteAsync(value, context.RequestAborted).ConfigureAwait(false);
                return;
            }

            problem = new ApiProblem(404, "value_not_found", "There is no such value.");
        }

        await problem.WriteAsync(context).ConfigureAwait(false);
    }

    private static ApiProblem? ReadNumber(HttpContext context, string name, out long number)
    {
        number = 0;
        var text = context.Request.Query[name].ToString();
        return text.Length == 0 || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            ? null
            : ApiProblem.BadRequest("invalid_query", $"{name} is a number from 0.");
    }
}
