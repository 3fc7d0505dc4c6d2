using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions.Transfer;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions.Recorded;

/// <summary><c>GET /api/executions/{id}/output/{stage}</c>: what a stage printed, whole or in part.</summary>
internal static class OutputEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/executions/{id}/output/{stage}", context => OutputAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getStageOutput", Tags.Executions, "What a stage printed", d => d
                .Says("The bytes as they were printed, secrets masked. A part is asked for by offset and limit, or by the header Range; nothing is cut where neither is given.")
                .OfExecution()
                .Path("stage", "Key of the stage: its id, or id[n].")
                .Query("offset", Constraint.Number(0, long.MaxValue, 0), "How many bytes to pass over.")
                .Query("limit", Constraint.Number(0, long.MaxValue), "The most bytes to give; all where it is left out or 0.")
                .Query("attempt", Constraint.Number(1, int.MaxValue), "Of which attempt; the newest where it is left out.")
                .Query("at", Constraint.Number(1, long.MaxValue), "The seq of the last event that counts: what was printed up to then.")
                .Query("stream", Constraint.OneOf("output", "error").NoDefault(), "Only what was printed to one of them; both as they came where it is left out.")
                .Header("Range", Constraint.Text(ServerLimits.MaxPathPart), "bytes=FROM-TO, bytes=FROM- or bytes=-LAST; passed over where offset or limit is given.")
                .Gives("text/plain", null, "The text, as a download.")
                .Gives("text/plain", null, "The part that Range asks for.", 206)
                .Fails(400, "invalid_query")
                .Fails(404, "stage_not_found")
                .Fails(416, "range_not_satisfiable"));

    private static async Task OutputAsync(HttpContext context, ServerContext server)
    {
        var stage = (string)context.GetRouteValue("stage")!;
        if (!ExecutionEndpoints.TryReadAt(context, out var at, out var unread))
        {
            await unread!.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var found = ExecutionEndpoints.TryGetId(context, out var id)
            ? await server.Engine.ReadStateAsync(id, state => (Known: true, Attempt: state.Find(stage)?.Attempt, Last: state.LastSeq)).ConfigureAwait(false)
            : default;
        if (!found.Known)
        {
            await (await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false)).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        if (found.Attempt is not { } newest)
        {
            await new ApiProblem(404, "stage_not_found", $"There is no stage '{stage}'.").WriteAsync(context).ConfigureAwait(false);
            return;
        }

        if (at > found.Last && ExecutionEndpoints.Beyond(at.Value, await LastAsync(server, id, context).ConfigureAwait(false)) is { } beyond)
        {
            await beyond.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var query = context.Request.Query;
        var attempt = NumberOf(query["attempt"]) is > 0 and var asked ? (int)asked
            : at is { } then ? await server.States.FoldAsync(id, then, state => state.Find(stage)?.Attempt ?? 0, context.RequestAborted).ConfigureAwait(false)
            : newest;
        var text = new PrintedText(server.Engine.Store, id, stage, attempt, query["stream"].ToString(), at ?? long.MaxValue);
        await SendAsync(context, text, $"{SafeName.Of(stage)}-{attempt}.txt").ConfigureAwait(false);
    }

    // What was printed last is in the log, and told, a moment before its owner's state counts it.
    private static async Task<long> LastAsync(ServerContext server, Guid id, HttpContext context)
    {
        var page = await server.Engine.Store.ListAsync(new ExecutionQuery { Id = id, Limit = 1 }, context.RequestAborted).ConfigureAwait(false);
        return page.Items is [var item] ? item.LastSeq : 0;
    }

    private static async Task SendAsync(HttpContext context, PrintedText text, string fileName)
    {
        var query = context.Request.Query;
        var (offset, limit) = (NumberOf(query["offset"]), NumberOf(query["limit"]));
        var part = new ByteRange(offset, limit > 0 ? limit : long.MaxValue);
        context.Response.Headers.AcceptRanges = "bytes";
        if (offset == 0 && limit == 0 && ByteRange.IsAsked(context.Request, out var range))
        {
            // A range has to say where it ends before it begins.
            var total = await text.MeasureAsync(context.RequestAborted).ConfigureAwait(false);
            if (ByteRange.Of(range, total) is not { } wanted)
            {
                await ByteRange.RefuseAsync(context, total).ConfigureAwait(false);
                return;
            }

            part = wanted;
            part.Tell(context.Response, total);
        }

        SecurityHeaders.MakeDownload(context.Response, fileName);
        context.Response.ContentType = "text/plain; charset=utf-8";
        await text.CopyAsync(context.Response.BodyWriter, part, context.RequestAborted).ConfigureAwait(false);
    }

    private static long NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
