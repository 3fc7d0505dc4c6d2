using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Debugging;

/// <summary><c>PUT</c> and <c>DELETE /api/executions/{id}/breakpoints/{stage}</c>.</summary>
internal static class BreakpointEndpoints
{
    private const string Route = "/api/executions/{id}/breakpoints/{stage}";

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapPut(Route, context => ChangeAsync(context, server, isSet: true))
            .Needs(Role.Operator)
            .Describe("setBreakpoint", Tags.Debugging, "Stop before a stage", d => Change(d, "breakpoint_set", "too_many_breakpoints")
                .Body("BreakpointRequest", isRequired: false)
                .Fails(400, "breakpoint_unsupported"));
        routes.MapDelete(Route, context => ChangeAsync(context, server, isSet: false))
            .Needs(Role.Operator)
            .Describe("clearBreakpoint", Tags.Debugging, "Stop before a stage no longer", d => Change(d, "breakpoint_not_set").Fails(400, "invalid_json"));

        static RouteDescription Change(RouteDescription d, params ReadOnlySpan<string> codes) => d
            .OfExecution()
            .Path("stage", "Id of the stage.")
            .Idempotent()
            .Gives("CommandAnswer", "What it did.")
            .Fails(404, "stage_not_found")
            .Fails(409, "already_ended", "cancelling", "parked", "not_owner", "execution_external")
            .Fails(409, codes)
            .Fails(429, "busy");
    }

    private static async Task ChangeAsync(HttpContext context, ServerContext server, bool isSet)
    {
        var (body, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        IdempotencyKey? key = null;
        if (problem is null && isSet) problem = Check(body);
        if (problem is null) (key, problem) = IdempotencyHeader.Read(context, body);
        if (problem is null && !ExecutionEndpoints.TryGetId(context, out _)) problem = ApiProblem.ExecutionNotFound;
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        ExecutionEndpoints.TryGetId(context, out var id);
        var stage = (string)context.Request.RouteValues["stage"]!;
        var by = context.Caller().By;
        var answer = isSet
            ? await server.Engine.SetBreakpointAsync(id, stage, by, key).ConfigureAwait(false)
            : await server.Engine.ClearBreakpointAsync(id, stage, by, key).ConfigureAwait(false);
        if (answer.Code == "execution_not_found") await (await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false)).WriteAsync(context).ConfigureAwait(false);
        else await CommandEndpoints.AnsweredAsync(context, answer).ConfigureAwait(false);
    }

    /// <summary>What is not done is refused: a breakpoint that stops elsewhere, or always, would be worse than none.</summary>
    public static ApiProblem? Check(JsonElement body)
    {
        if (body.TryGetProperty("when", out var when) && when.ValueKind != JsonValueKind.Null && !(when.ValueKind == JsonValueKind.String && when.ValueEquals("before"u8)))
            return ApiProblem.BadRequest("breakpoint_unsupported", "'when' has to be \"before\": an execution stops before a stage and nowhere else.");
        return body.TryGetProperty("condition", out var condition) && condition.ValueKind != JsonValueKind.Null
            ? ApiProblem.BadRequest("breakpoint_unsupported", "Breakpoints have no condition: leave it out and step on where it does not hold.")
            : null;
    }
}
