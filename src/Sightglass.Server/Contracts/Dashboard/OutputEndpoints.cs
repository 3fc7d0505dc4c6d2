using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;
using Sightglass.Server.Executions.Transfer;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Contracts.Dashboard;

/// <summary>The results of ended executions under the names of files, as clients of the dashboard of old read them.</summary>
internal static class OutputEndpoints
{
    private const int IdLength = 36;
    private const string Ending = ".json";
    private static readonly ApiProblem NotFound = new(404, "output_not_found", "There is no such output.");
    private static readonly ExecutionStatus[] Ended = [ExecutionStatus.Completed, ExecutionStatus.Failed, ExecutionStatus.Cancelled];

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/outputs", context => ListAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("listOutputs", Tags.Contracts, "Results of ended executions", d => d
                .Query("limit", Constraint.Number(1, ExecutionQuery.MaxLimit, 100), "How many at most.")
                .Gives("OutputList", "The results, newest first."));
        routes.MapGet("/api/outputs/{filename}", context => OneAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("getOutput", Tags.Contracts, "The result of an ended execution", d => d
                .Path("filename", "filename of an item of the list.")
                .Gives("Output", "The result.")
                .Fails(404, "output_not_found"));
    }

    private static async Task ListAsync(HttpContext context, ServerContext server)
    {
        var limit = int.TryParse(context.Request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : 100;
        var page = await server.Engine.Store.ListAsync(context.Caller().Narrow(new ExecutionQuery { Statuses = Ended, Limit = limit }), context.RequestAborted).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, page.Items, static (writer, items) =>
        {
            writer.WriteStartArray();
            foreach (var item in items) Write(writer, item.Summary);
            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private static async Task OneAsync(HttpContext context, ServerContext server)
    {
        var name = (string)context.GetRouteValue("filename")!;
        byte[]? json = null;
        var isName = name.Length > IdLength + Ending.Length && name.EndsWith(Ending, StringComparison.Ordinal);
        if (isName && Guid.TryParseExact(name.AsSpan()[^(IdLength + Ending.Length)..^Ending.Length], "D", out var id)
            && await server.Scope.RefuseAsync(context.Caller(), id, Role.Viewer, context.RequestAborted).ConfigureAwait(false) is null)
            json = await server.Engine.ReadStateAsync(id, state => NameOf(ExecutionSummary.Of(state)) == name && state.Status.IsTerminal() ? Whole(state) : null).ConfigureAwait(false);
        if (json is null) await NotFound.WriteAsync(context).ConfigureAwait(false);
        else await JsonAnswer.WriteAsync(context, json).ConfigureAwait(false);
    }

    private static string NameOf(ExecutionSummary execution) =>
        $"{SafeName.Of(execution.PipelineId)}-{(execution.EndedAt ?? execution.CreatedAt).UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}-{execution.Id}{Ending}";

    private static string StatusOf(ExecutionStatus status) => status == ExecutionStatus.Completed ? "success" : status.ToWire();

    private static void Write(Utf8JsonWriter writer, ExecutionSummary execution)
    {
        var ended = execution.EndedAt ?? execution.CreatedAt;
        writer.WriteStartObject();
        writer.WriteString("filename"u8, NameOf(execution));
        writer.WriteString("pipelineId"u8, execution.PipelineId);
        writer.WriteString("status"u8, StatusOf(execution.Status));
        writer.WriteNumber("timestamp"u8, ended.ToUnixTimeMilliseconds());
        writer.WriteNumber("duration"u8, ListItemJson.DurationOf(execution) ?? 0);
        writer.WriteNumber("cost"u8, execution.Cost);
        writer.WriteNumber("stagesRun"u8, execution.Stages.Completed + execution.Stages.Failed);
        writer.WriteNumber("stagesSkipped"u8, execution.Stages.Skipped);
        writer.WriteNumber("stagesFailed"u8, execution.Stages.Failed);
        writer.WriteEndObject();
    }

    private static byte[] Whole(ExecutionState state)
    {
        var summary = ExecutionSummary.Of(state);
        using var output = new MemoryStream();
        using var writer = new Utf8JsonWriter(output, JsonAnswer.Options);
        writer.WriteStartObject();
        writer.WriteString("pipelineId"u8, summary.PipelineId);
        writer.WriteString("status"u8, StatusOf(summary.Status));
        writer.WriteNumber("timestamp"u8, (summary.EndedAt ?? summary.CreatedAt).ToUnixTimeMilliseconds());
        ContractJson.WriteSummary(writer, state);
        ContractJson.WritePayload(writer, "output"u8, state.Output);
        writer.WriteStartArray("stages"u8);
        foreach (var stage in state.Stages)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, stage.Id);
            writer.WriteString("name"u8, stage.Name);
            writer.WriteString("type"u8, stage.Type);
            writer.WriteString("status"u8, stage.Status.ToWire());
            writer.WriteNumber("duration"u8, stage.Duration ?? 0);
            writer.WriteNumber("cost"u8, stage.Cost ?? 0);
            writer.WriteString("error"u8, stage.Error?.Message);
            ContractJson.WritePayload(writer, "output"u8, stage.Output);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return output.ToArray();
    }
}
