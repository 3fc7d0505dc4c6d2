using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Graphs;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions;

/// <summary>The state of one execution, now and at any point of its log, its stages and its graph.</summary>
internal static class ExecutionEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/executions/{id}", context => StateAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getExecution", Tags.Executions, "The whole state of an execution", d => d
                .OfExecution()
                .Header("If-None-Match", Constraint.Text(ServerLimits.MaxPathPart), "The ETag of a state that is at hand already.")
                .Gives("ExecutionState", "Its state, with the seq that it stands at. The header ETag names it.")
                .Gives(null, null, "The state is still the one that If-None-Match names.", 304));
        routes.MapGet("/api/executions/{id}/state", context => StateAtAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getExecutionStateAt", Tags.Executions, "The state of an execution at any point of its log", d => d
                .OfExecution()
                .Query("at", Constraint.Number(1, long.MaxValue), "The seq of the last event that counts; the end of the log where it is left out.")
                .Gives("ExecutionState", "The state as it stood.")
                .Fails(400, "invalid_query"));
        routes.MapGet("/api/executions/{id}/graph", context => GraphAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getExecutionGraph", Tags.Executions, "The graph of an execution with the state of its stages", d => d
                .Says("Of the definition that the execution was started with, at any point of its log.")
                .OfExecution()
                .Query("format", Constraint.OneOf("json", "dot", "mermaid"), "How it is drawn.")
                .Query("at", Constraint.Number(1, long.MaxValue), "The seq of the last event that counts; the end of the log where it is left out.")
                .Gives("Graph", "Nodes and edges.")
                .Gives("text/plain", null, "With format=dot or mermaid: the text that draws it.")
                .Fails(400, "invalid_query")
                .Fails(404, "definition_not_found"));
        routes.MapGet("/api/executions/{id}/stages/{stage}", context => StageAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getExecutionStage", Tags.Executions, "A stage of an execution with its attempts", d => d
                .OfExecution()
                .Path("stage", "Key of the stage: its id, or id[n].")
                .Query("before", Constraint.Number(1, int.MaxValue), "Only attempts with a lower number than this.")
                .Query("at", Constraint.Number(1, long.MaxValue), "The seq of the last event that counts; the end of the log where it is left out.")
                .Gives("StageHistory", $"The stage and its newest {StageHistory.MaxAttempts} attempts, oldest first.")
                .Fails(400, "invalid_query")
                .Fails(404, "stage_not_found"));
    }

    /// <summary>Reads the id of the route; one that is none is as unknown as any other.</summary>
    public static bool TryGetId(HttpContext context, out Guid id)
    {
        id = default;
        return context.GetRouteValue("id") is string text && Guid.TryParseExact(text, "D", out id);
    }

    private static async Task StateAsync(HttpContext context, ServerContext server)
    {
        TryGetId(context, out var id);
        var known = context.Request.Headers.IfNoneMatch.ToString();
        if (await server.States.ReadAsync(id, known, context.RequestAborted).ConfigureAwait(false) is not var (tag, json))
        {
            await (await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false)).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        context.Response.Headers.ETag = tag;
        if (json.IsEmpty) context.Response.StatusCode = StatusCodes.Status304NotModified;
        else await JsonAnswer.WriteAsync(context, json).ConfigureAwait(false);
    }

    private static async Task StateAtAsync(HttpContext context, ServerContext server)
    {
        TryGetId(context, out var id);
        if (!TryReadAt(context, out var at, out var problem))
        {
            await problem!.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        if (at is not { } seq)
        {
            await StateAsync(context, server).ConfigureAwait(false);
            return;
        }

        var found = await server.States.ReadAtAsync(id, seq, context.RequestAborted).ConfigureAwait(false);
        problem = found is null ? await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false) : Beyond(seq, found.Value.Last);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        context.Response.Headers.ETag = StateReader.TagOf(seq);
        if (context.Request.Headers.IfNoneMatch.ToString() == StateReader.TagOf(seq)) context.Response.StatusCode = StatusCodes.Status304NotModified;
        else await JsonAnswer.WriteAsync(context, found!.Value.Json).ConfigureAwait(false);
    }

    private static async Task GraphAsync(HttpContext context, ServerContext server)
    {
        TryGetId(context, out var id);
        var format = context.Request.Query["format"].ToString();
        var isRead = TryReadAt(context, out var at, out var problem);
        if (format is not ("" or "json" or "dot" or "mermaid")) problem = ApiProblem.BadRequest("invalid_query", "format is json, dot or mermaid." + (isRead ? "" : " " + problem!.Detail));
        PipelineGraph? graph = null;
        Drawn? drawn = null;
        if (problem is null)
        {
            drawn = at is { } seq ? await server.States.FoldAsync(id, seq, Drawn.Of, context.RequestAborted).ConfigureAwait(false) : await server.Engine.ReadStateAsync(id, Drawn.Of).ConfigureAwait(false);
            problem = drawn is null ? await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false) : at is null ? null : Beyond(at.Value, drawn.Last);
        }

        if (problem is null)
        {
            // A definition of another program may be lost, or be none of ours.
            var json = await server.Engine.Store.ReadValueAsync(drawn!.Definition, 0, ServerLimits.MaxFileBytes, context.RequestAborted).ConfigureAwait(false);
            graph = json is { } bytes ? Graph(bytes) : null;
            if (graph is null) problem = new ApiProblem(404, "definition_not_found", "The definition that the execution was started with is not stored.");
        }

        if (problem is not null) await problem.WriteAsync(context).ConfigureAwait(false);
        else if (format is "dot") await TextAsync(context, DotWriter.Write(graph!, drawn!.State)).ConfigureAwait(false);
        else if (format is "mermaid") await TextAsync(context, MermaidWriter.Write(graph!, drawn!.State)).ConfigureAwait(false);
        else await JsonAnswer.WriteAsync(context, GraphJson.Write(graph!, drawn!.State)).ConfigureAwait(false);
    }

    private static async Task StageAsync(HttpContext context, ServerContext server)
    {
        TryGetId(context, out var id);
        var read = new ListQuery(context.Request.Query);
        var before = read.Number("before", int.MaxValue) ?? int.MaxValue;
        TryReadAt(context, out var at, out var unread);
        var problem = read.Problem ?? unread;
        var stage = (string)context.GetRouteValue("stage")!;
        var history = problem is null ? await server.States.ReadStageAsync(id, stage, before, at ?? long.MaxValue, context.RequestAborted).ConfigureAwait(false) : null;
        problem ??= history is null || at is null ? null : Beyond(at.Value, history.State.LastSeq);
        if (problem is null && history is not null)
        {
            await JsonAnswer.WriteAsync(context, history, StateJson.Write).ConfigureAwait(false);
            return;
        }

        problem ??= await server.MissingAsync(id, context.RequestAborted).ConfigureAwait(false) is { Status: 410 } deleted ? deleted : new ApiProblem(404, "stage_not_found", $"There is no stage '{stage}'.");
        await problem.WriteAsync(context).ConfigureAwait(false);
    }

    /// <summary>Reads the event that the query names as the last that counts; nothing where it names none.</summary>
    internal static bool TryReadAt(HttpContext context, out long? at, out ApiProblem? problem)
    {
        var text = context.Request.Query["at"].ToString();
        (at, problem) = (null, null);
        if (text.Length == 0) return true;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) && seq >= 1) at = seq;
        else problem = ApiProblem.BadRequest("invalid_query", "at is the seq of an event: a number from 1.");
        return problem is null;
    }

    /// <summary>Refuses an event that is not there yet.</summary>
    internal static ApiProblem? Beyond(long at, long last) =>
        last >= at ? null : ApiProblem.BadRequest("invalid_query", string.Create(CultureInfo.InvariantCulture, $"The log ends at {last} so far; at is a number from 1 to it."));

    private static PipelineGraph? Graph(ReadOnlyMemory<byte> definition)
    {
        try
        {
            return PipelineGraph.Build(DefinitionJson.Read(definition.Span));
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or DefinitionException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Task TextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted).AsTask();
    }

    /// <summary>What a drawing takes of a state.</summary>
    private sealed record Drawn(string Definition, long Last, GraphState State)
    {
        public static Drawn Of(ExecutionState state) => new(state.Created.DefinitionHash, state.LastSeq, GraphState.Of(state));
    }
}
