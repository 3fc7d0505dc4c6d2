using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions.Recorded;

/// <summary><c>GET /api/values/{reference}</c>: a value too large for an event, by range.</summary>
internal static class ValueEndpoint
{
    private static readonly ApiProblem NotFound = new(404, "value_not_found", "There is no such value.");

    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/values/{reference}", context => ValueAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("getValue", Tags.Executions, "A value that was too large for an event", d => d
                .Says("At most 1 MiB at once: the header X-Next-Offset, or Content-Range, says where the rest begins.")
                .Path("reference", "The ref of the value.")
                .Query("execution", Constraint.Of("uuid"), "An execution that carries it. Without it the value is looked for among the newest executions that do.")
                .Query("offset", Constraint.Number(0, long.MaxValue, 0), "How many bytes to pass over.")
                .Query("length", Constraint.Number(0, ServerLimits.MaxValuePageBytes, ServerLimits.MaxValuePageBytes), "The most bytes to give.")
                .Header("Range", Constraint.Text(ServerLimits.MaxPathPart), "bytes=FROM-TO or bytes=FROM-; passed over where offset or length is given.")
                .Gives("text/plain", null, "The bytes of its JSON.")
                .Gives("text/plain", null, "The part that Range asks for.", 206)
                .Fails(404, "value_not_found", "execution_not_found")
                .Fails(410, "execution_deleted")
                .Fails(416, "range_not_satisfiable"));

    private static async Task ValueAsync(HttpContext context, ServerContext server)
    {
        var query = context.Request.Query;
        var (offset, length) = (NumberOf(query["offset"]), NumberOf(query["length"]));
        var isRange = offset == 0 && length == 0 && ByteRange.IsAsked(context.Request, out var range) && range.From is not null;
        if (isRange)
        {
            ByteRange.IsAsked(context.Request, out range);
            (offset, length) = (range.From!.Value, Math.Min(range.To ?? long.MaxValue - 1, long.MaxValue - 1) - range.From.Value + 1);
        }

        var reference = (string)context.GetRouteValue("reference")!;
        if (await RefuseAsync(context, server, reference).ConfigureAwait(false) is { } problem)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var take = length > 0 ? (int)Math.Min(length, ServerLimits.MaxValuePageBytes) : ServerLimits.MaxValuePageBytes;
        var bytes = await server.Engine.Store.ReadValueAsync(reference, offset, take, context.RequestAborted).ConfigureAwait(false);
        if (bytes is not { } value)
        {
            await NotFound.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        context.Response.Headers.AcceptRanges = "bytes";
        if (isRange && value.IsEmpty)
        {
            await ByteRange.RefuseAsync(context, null).ConfigureAwait(false);
            return;
        }

        if (isRange) new ByteRange(offset, value.Length).Tell(context.Response, null);
        SecurityHeaders.MakeDownload(context.Response, "value.json");
        context.Response.ContentType = "text/plain; charset=utf-8";
        if (value.Length == take) context.Response.Headers["X-Next-Offset"] = (offset + take).ToString(CultureInfo.InvariantCulture);
        context.Response.ContentLength = value.Length;
        await context.Response.Body.WriteAsync(value, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Refuses a value of which the caller may see no execution: to know its hash is no right.</summary>
    private static async ValueTask<ApiProblem?> RefuseAsync(HttpContext context, ServerContext server, string reference)
    {
        if (!ValueReference.TryParse(reference, out _) || server.Engine.Store is not IValueOwners owners) return NotFound;
        var caller = context.Caller();
        if (context.Request.Query["execution"].ToString() is not { Length: > 0 } named)
            return await owners.IsValueHeldAsync(reference, caller.Organization, caller.Role > Role.None ? null : [.. caller.Grants.Keys], context.RequestAborted).ConfigureAwait(false) ? null : NotFound;
        var id = Guid.ParseExact(named, "D");
        return await server.Scope.RefuseAsync(caller, id, Role.Viewer, context.RequestAborted).ConfigureAwait(false)
            ?? (await owners.HoldsValueAsync(id, reference, context.RequestAborted).ConfigureAwait(false) ? null : NotFound);
    }

    private static long NumberOf(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
