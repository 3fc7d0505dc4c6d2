using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions;

/// <summary>The lists of executions, and the state of one.</summary>
internal static class ExecutionEndpoints
{
    private static readonly ExecutionStatus[] All = Enum.GetValues<ExecutionStatus>();

    private static Constraint Statuses => Constraint.OneOf([.. All.Select(s => s.ToWire())]).List(All.Length);

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/executions", context => ActiveAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("listActiveExecutions", Tags.Executions, "Executions under way", d => d
                .Says("Those that have not ended, or ended less than five minutes ago.")
                .Query("status", Statuses, "Only those of these statuses.", "unknown_status")
                .Gives("ActiveExecutions", "The executions, newest first.")
                .Fails(400, "unknown_status"));
        routes.MapGet("/api/executions/running", context => RunningAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("listRunningExecutions", Tags.Executions, "Executions that run", d => d
                .Gives("RunningExecutions", "The executions, newest first, and how many."));
        routes.MapGet("/api/executions/history", context => HistoryAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("listExecutionHistory", Tags.Executions, "All executions, page by page", d => d
                .Query("status", Statuses, "Only those of these statuses.", "unknown_status")
                .Query("pipeline", Constraint.Text(ServerLimits.MaxPathPart), "Only those of this pipeline.")
                .Query("limit", Constraint.Number(1, ExecutionQuery.MaxLimit, 50), "How many a page has.")
                .Query("cursor", Constraint.Text(ServerLimits.MaxPathPart), "next of the page before.")
                .Gives("ExecutionHistory", "A page, newest first.")
                .Fails(400, "unknown_status", "invalid_query"));
        routes.MapGet("/api/executions/{id}", context => StateAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getExecution", Tags.Executions, "The whole state of an execution", d => d
                .OfExecution()
                .Gives("ExecutionState", "Its state, with the seq that it stands at."));
    }

    /// <summary>Reads the id of the route; one that is none is as unknown as any other.</summary>
    public static bool TryGetId(HttpContext context, out Guid id)
    {
        id = default;
        return context.GetRouteValue("id") is string text && Guid.TryParseExact(text, "D", out id);
    }

    private static async Task ActiveAsync(HttpContext context, ServerContext server)
    {
        if (!TryReadStatuses(context, out var statuses, out var problem))
        {
            await problem!.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var query = new ExecutionQuery { Statuses = statuses, EndedSince = server.Time.GetUtcNow() - ServerLimits.StillActive, Limit = ServerLimits.MaxActive };
        var page = await server.Engine.Store.ListAsync(context.Caller().Narrow(query), context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, page, static (writer, page) =>
        {
            writer.WriteStartObject();
            ListItemJson.WriteArray(writer, page.Items);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task RunningAsync(HttpContext context, ServerContext server)
    {
        var query = new ExecutionQuery { Statuses = [ExecutionStatus.Running], Limit = ServerLimits.MaxActive };
        var page = await server.Engine.Store.ListAsync(context.Caller().Narrow(query), context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, page, static (writer, page) =>
        {
            writer.WriteStartObject();
            ListItemJson.WriteArray(writer, page.Items);
            writer.WriteNumber("count"u8, page.Items.Count);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task HistoryAsync(HttpContext context, ServerContext server)
    {
        var limit = 50;
        if (!TryReadStatuses(context, out var statuses, out var problem))
        {
            await problem!.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var query = context.Request.Query;
        if (query["limit"] is [{ Length: > 0 } text] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > ExecutionQuery.MaxLimit))
            problem = ApiProblem.BadRequest("invalid_query", "limit is a number from 1 to 1000.");
        var cursor = query["cursor"].ToString() is { Length: > 0 } given ? given : null;
        if (cursor is not null && !ExecutionCursor.TryParse(cursor, out _))
            problem = ApiProblem.BadRequest("invalid_query", "cursor is not the 'next' of a page; leave it out to start with the newest.");
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var page = await server.Engine.Store.ListAsync(
            context.Caller().Narrow(new ExecutionQuery
            {
                Statuses = statuses,
                PipelineId = query["pipeline"].ToString() is { Length: > 0 } pipeline ? pipeline : null,
                Limit = limit,
                Cursor = cursor,
            }),
            context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, page, static (writer, page) =>
        {
            writer.WriteStartObject();
            ListItemJson.WriteArray(writer, page.Items);
            writer.WriteString("next"u8, page.Next);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task StateAsync(HttpContext context, ServerContext server)
    {
        var json = TryGetId(context, out var id) ? await server.Engine.ReadStateAsync(id, state => StateJson.Write(state, server.Engine.GetGroupPosition(id), server.Engine.GetParked(id))).ConfigureAwait(false) : null;
        if (json is null) await (await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false)).WriteAsync(context).ConfigureAwait(false);
        else await JsonAnswer.WriteAsync(context, json).ConfigureAwait(false);
    }

    private static bool TryReadStatuses(HttpContext context, out IReadOnlyList<ExecutionStatus> statuses, out ApiProblem? problem)
    {
        var found = new List<ExecutionStatus>();
        statuses = found;
        problem = null;
        foreach (var value in context.Request.Query["status"])
        {
            foreach (var name in (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var index = Array.FindIndex(All, s => s.ToWire() == name);
                if (index < 0)
                {
                    problem = ApiProblem.BadRequest("unknown_status", "status is one of " + string.Join(", ", All.Select(s => s.ToWire())) + ".");
                    return false;
                }

                if (!found.Contains(All[index])) found.Add(All[index]);
            }
        }

        return true;
    }
}
