using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions;

/// <summary>The lists of executions: under way, running, all.</summary>
internal static class ExecutionLists
{
    private const int DefaultPageSize = 50;

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/executions", context => ActiveAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("listActiveExecutions", Tags.Executions, "Executions under way", d => Paged(d)
                .Says("Those that have not ended, or ended less than five minutes ago. Where there are more than limit, next leads to them.")
                .Query("status", ListQuery.StatusConstraint, "Only those of these statuses.", "unknown_status")
                .Gives("ActiveExecutions", "The executions, newest first.")
                .Fails(400, "unknown_status", "invalid_query"));
        routes.MapGet("/api/executions/running", context => RunningAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("listRunningExecutions", Tags.Executions, "Executions that run", d => Paged(d)
                .Says("Those of status running. Where there are more than limit, next leads to them; count counts all.")
                .Gives("RunningExecutions", "The executions, newest first, and how many there are.")
                .Fails(400, "invalid_query"));
        routes.MapGet("/api/executions/history", context => HistoryAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("listExecutionHistory", Tags.Executions, "All executions, page by page", d => d
                .ChecksQuery()
                .Says("Newest first, by number of the page or, at any depth, by cursor. All filters given must fit.")
                .Query("status", ListQuery.StatusConstraint, "Only those of these statuses.", "unknown_status")
                .Query("pipeline", Constraint.Text(ServerLimits.MaxPathPart), "Only those of this pipeline.")
                .Query("label", Constraint.Text(ServerLimits.MaxPathPart).Repeated(ServerLimits.MaxLabelFilters), "NAME=VALUE, or NAME for any value: only those with all of these labels.")
                .Query("from", Constraint.Text(ServerLimits.MaxPathPart), "Only those created at or after this moment: RFC 3339, or milliseconds since 1970.")
                .Query("to", Constraint.Text(ServerLimits.MaxPathPart), "Only those created before this moment.")
                .Query("q", Constraint.Text(ServerLimits.MaxSearchChars), "Words that all stand in the names, the input, the error or the labels; or an id. Whatever it holds, it is text.")
                .Query("page", Constraint.Number(1, ExecutionQuery.MaxOffset, 1), "The number of the page; pages beyond the first 10,000 executions are reached by cursor.")
                .Query("pageSize", Constraint.Number(1, ExecutionQuery.MaxLimit, DefaultPageSize), "How many a page has.")
                .Query("limit", Constraint.Number(1, ExecutionQuery.MaxLimit, DefaultPageSize), "Another name of pageSize.")
                .Query("cursor", Constraint.Text(ServerLimits.MaxPathPart), "next of the page before; the answer then has no total.")
                .Gives("ExecutionHistory", "A page, newest first.")
                .Fails(400, "unknown_status", "invalid_query"));
    }

    private static RouteDescription Paged(RouteDescription d) => d
        .ChecksQuery()
        .Query("limit", Constraint.Number(1, ServerLimits.MaxActive, ServerLimits.MaxActive), "The most executions of the answer.")
        .Query("cursor", Constraint.Text(ServerLimits.MaxPathPart), "next of the answer before.");

    private static async Task ActiveAsync(HttpContext context, ServerContext server)
    {
        var read = new ListQuery(context.Request.Query);
        var query = new ExecutionQuery
        {
            Statuses = read.Statuses(),
            EndedSince = server.Time.GetUtcNow() - ServerLimits.StillActive,
            Limit = read.Number("limit", ServerLimits.MaxActive) ?? ServerLimits.MaxActive,
            Cursor = read.Cursor(),
        };
        if (await ListAsync(context, server, read, query).ConfigureAwait(false) is not { } page) return;
        await JsonAnswer.WriteAsync(context, page, static (writer, page) =>
        {
            writer.WriteStartObject();
            ListItemJson.WriteArray(writer, page.Items);
            if (page.Next is { } next) writer.WriteString("next"u8, next);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task RunningAsync(HttpContext context, ServerContext server)
    {
        var read = new ListQuery(context.Request.Query);
        var query = new ExecutionQuery
        {
            Statuses = [ExecutionStatus.Running],
            Limit = read.Number("limit", ServerLimits.MaxActive) ?? ServerLimits.MaxActive,
            Cursor = read.Cursor(),
            CountUpTo = ExecutionQuery.MaxCount,
        };
        if (await ListAsync(context, server, read, query).ConfigureAwait(false) is not { } page) return;
        await JsonAnswer.WriteAsync(context, page, static (writer, page) =>
        {
            writer.WriteStartObject();
            ListItemJson.WriteArray(writer, page.Items);
            writer.WriteNumber("count"u8, page.Total!.Value);
            if (page.Next is { } next) writer.WriteString("next"u8, next);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task HistoryAsync(HttpContext context, ServerContext server)
    {
        var read = new ListQuery(context.Request.Query);
        var number = read.Number("page", ExecutionQuery.MaxOffset);
        var (size, limit) = (read.Number("pageSize", ExecutionQuery.MaxLimit), read.Number("limit", ExecutionQuery.MaxLimit));
        var pageSize = size ?? limit ?? DefaultPageSize;
        var query = new ExecutionQuery
        {
            Statuses = read.Statuses(),
            PipelineId = read.Text("pipeline", ServerLimits.MaxPathPart),
            Labels = read.Labels(),
            CreatedFrom = read.Moment("from"),
            CreatedBefore = read.Moment("to"),
            Text = read.Text("q", ServerLimits.MaxSearchChars),
            Cursor = read.Cursor(),
            Limit = pageSize,
            WithTexts = true,
        };
        if (query.CreatedFrom > query.CreatedBefore) read.Refuse("from is later than to.");
        if (size is not null && limit is not null && size != limit) read.Refuse("limit is another name of pageSize; give one of them.");
        if (query.Cursor is not null && number is not null) read.Refuse("A page is asked for by page or by cursor, not by both.");
        var offset = ((number ?? 1) - 1L) * pageSize;
        if (offset > ExecutionQuery.MaxOffset) read.Refuse($"The page lies behind the first {ExecutionQuery.MaxOffset} executions; follow 'next' by cursor to get there.");
        if (SearchTokens.OfQuery(query).Count > ExecutionQuery.MaxTerms) read.Refuse($"q and label have more than {ExecutionQuery.MaxTerms} different words; leave some out.");
        if (query.Cursor is null) query = query with { Offset = (int)Math.Min(offset, ExecutionQuery.MaxOffset), CountUpTo = ExecutionQuery.MaxOffset };
        if (await ListAsync(context, server, read, ById(query)).ConfigureAwait(false) is not { } page) return;
        if (page.Items.Count == 0 && page.Total is not > 0 && query.Text is not null && Guid.TryParse(query.Text, out _))
            page = await server.Engine.Store.ListAsync(context.Caller().Narrow(query), context.RequestAborted).ConfigureAwait(false);
        var providers = new DefaultProviders(server.Pipelines, context.Caller().Organization);
        await JsonAnswer.WriteAsync(context, (Page: page, Number: number ?? 1, Size: pageSize, Providers: providers), static (writer, answer) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("executions"u8);
            foreach (var item in answer.Page.Items) ListItemJson.WriteEnded(writer, item.Summary, answer.Providers.Of(item.Summary.PipelineId));
            writer.WriteEndArray();
            if (answer.Page.Total is { } total) WriteTotal(writer, total, answer.Number, answer.Size);
            writer.WriteString("next"u8, answer.Page.Next);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    // Who pastes an id into the search means that execution.
    private static ExecutionQuery ById(ExecutionQuery query) =>
        Guid.TryParse(query.Text, out var id) ? query with { Text = null, Id = id } : query;

    private static void WriteTotal(Utf8JsonWriter writer, int total, int page, int pageSize)
    {
        var counted = Math.Min(total, ExecutionQuery.MaxOffset);
        writer.WriteNumber("total"u8, counted);
        writer.WriteBoolean("totalIsBound"u8, total > counted);
        writer.WriteNumber("page"u8, page);
        writer.WriteNumber("pageSize"u8, pageSize);
        writer.WriteNumber("totalPages"u8, (counted + pageSize - 1) / pageSize);
    }

    private static async Task<ExecutionPage?> ListAsync(HttpContext context, ServerContext server, ListQuery read, ExecutionQuery query)
    {
        if (read.Problem is not { } problem) return await server.Engine.Store.ListAsync(context.Caller().Narrow(query), context.RequestAborted).ConfigureAwait(false);
        await problem.WriteAsync(context).ConfigureAwait(false);
        return null;
    }
}
