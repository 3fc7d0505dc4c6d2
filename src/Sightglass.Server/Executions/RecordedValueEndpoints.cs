using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Executions;

/// <summary>What stages printed and the values too large for an event, by range.</summary>
internal static class RecordedValueEndpoints
{
    private const int PageBytes = 1024 * 1024;
    private const int ReadBytes = 256 * 1024;

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/executions/{id}/output/{stage}", context => OutputAsync(context, server));
        routes.MapGet("/api/values/{reference}", context => ValueAsync(context, server));
    }

    private static async Task OutputAsync(HttpContext context, ServerContext server)
    {
        var problem = ReadNumber(context, "offset", out var offset) ?? ReadNumber(context, "attempt", out _);
        if (problem is null)
        {
            var stage = (string)context.GetRouteValue("stage")!;
            var found = ExecutionEndpoints.TryGetId(context, out var id)
                ? await server.Engine.ReadStateAsync(id, state => (Known: true, Attempt: state.Find(stage)?.Attempt)).ConfigureAwait(false)
                : default;
            if (!found.Known) problem = ApiProblem.ExecutionNotFound;
            else if (found.Attempt is not { } newest) problem = new ApiProblem(404, "stage_not_found", $"There is no stage '{stage}'.");
            else
            {
                ReadNumber(context, "attempt", out var asked);
                await WriteOutputAsync(context, server, id, stage, asked > 0 ? (int)Math.Min(asked, int.MaxValue) : newest, offset).ConfigureAwait(false);
                return;
            }
        }

        await problem.WriteAsync(context).ConfigureAwait(false);
    }

    private static async Task WriteOutputAsync(HttpContext context, ServerContext server, Guid id, string stage, int attempt, long offset)
    {
        using var text = new MemoryStream();
        long position = 0;
        long cursor = 0;
        var more = false;
        while (!more)
        {
            var page = await server.Engine.Store.ReadAsync(id, cursor, BlockFilter.All, ReadBytes, context.RequestAborted).ConfigureAwait(false);
            if (page.Blocks.Count == 0) break;
            foreach (var block in page.Blocks)
            {
                cursor = block.LastSeq;
                if (block.Kind == BlockKind.Report && !more) more = Collect(block, stage, attempt, offset, text, ref position);
            }
        }

        SecurityHeaders.MakeDownload(context.Response, "output.txt");
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers["X-Attempt"] = attempt.ToString(CultureInfo.InvariantCulture);
        if (more) context.Response.Headers["X-Next-Offset"] = (offset + text.Length).ToString(CultureInfo.InvariantCulture);
        context.Response.ContentLength = text.Length;
        await context.Response.Body.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Adds what a block printed from the offset on; true where the page is full and text is left.</summary>
    private static bool Collect(EventBlock block, string stage, int attempt, long offset, MemoryStream text, ref long position)
    {
        foreach (var e in EventJson.ReadBlock(block.Bytes))
        {
            if (e.Data is not StageOutputWritten written || e.Stage != stage || e.Attempt != attempt) continue;
            if (text.Length >= PageBytes) return true;
            var bytes = Encoding.UTF8.GetBytes(written.Text);
            var skip = Math.Clamp(offset - position, 0, bytes.Length);
            text.Write(bytes, (int)skip, bytes.Length - (int)skip);
            position += bytes.Length;
        }

        return false;
    }

    private static async Task ValueAsync(HttpContext context, ServerContext server)
    {
        var reference = (string)context.GetRouteValue("reference")!;
        var problem = ReadNumber(context, "offset", out var offset) ?? ReadNumber(context, "length", out var length);
        ReadNumber(context, "length", out length);
        if (problem is null)
        {
            var take = length > 0 ? (int)Math.Min(length, PageBytes) : PageBytes;
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
