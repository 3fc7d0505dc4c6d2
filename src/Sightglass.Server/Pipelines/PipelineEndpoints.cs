using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Definitions;
using Sightglass.Core.Graphs;
using Sightglass.Server.Access;
using Sightglass.Server.Contracts.Dashboard;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions.Transfer;
using Sightglass.Server.OpenApi;
using Sightglass.Server.Overview;
using Sightglass.Server.Requests;

namespace Sightglass.Server.Pipelines;

/// <summary>The pipelines: list, one, its file, its graph.</summary>
internal static class PipelineEndpoints
{
    private static readonly Constraint RecentConstraint = Constraint.Number(1, ServerLimits.RecentResults);

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/pipelines", context => ListAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("listPipelines", Tags.Pipelines, "All pipelines", d => d
                .Says($"Those with problems are listed too; a pipeline that is not valid cannot be run. With recent, the first {ServerLimits.MaxRecentPipelines} have their newest results.")
                .Query("recent", RecentConstraint, "How many of its newest results each has.")
                .Gives("PipelineList", "The pipelines, in order of their files."));
        routes.MapGet("/api/pipelines/{id}", context => OneAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getPipeline", Tags.Pipelines, "A pipeline with its definition", d => d
                .OfPipeline()
                .Query("format", Constraint.OneOf("json", "yaml"), "yaml gives the file itself.")
                .Query("recent", RecentConstraint, "How many of its newest results it has.")
                .Gives("Pipeline", "The pipeline.")
                .Gives("text/plain", null, "With format=yaml: the file, as a download.")
                .Gives(null, null, "With format=yaml: the client has it, its If-None-Match names the ETag.", 304)
                .Header("If-None-Match", Constraint.Text(ServerLimits.MaxReasonChars), "The ETag of what the client has.")
                .Fails(409, "file_too_large", "file_unreadable"));
        routes.MapGet("/api/pipelines/{id}/graph", context => GraphAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getPipelineGraph", Tags.Pipelines, "A pipeline as a graph", d => d
                .OfPipeline()
                .Query("format", Constraint.OneOf("json", "dot", "mermaid"), "How it is drawn.")
                .Gives("Graph", "Nodes and edges.")
                .Gives("text/plain", null, "With format=dot or mermaid: the text that draws it.")
                .Fails(400, "invalid_query"));
    }

    /// <summary>Finds the pipeline that the route names.</summary>
    public static PipelineEntry? Find(HttpContext context, ServerContext server) =>
        context.GetRouteValue("id") is string id ? server.Pipelines.Find(id, context.Caller().Organization) : null;

    public static ApiProblem NotFound(HttpContext context) =>
        ApiProblem.PipelineNotFound((string)context.GetRouteValue("id")!);

    private static async Task ListAsync(HttpContext context, ServerContext server)
    {
        var recent = RecentOf(context);
        var listed = new List<(PipelineEntry File, IReadOnlyList<PastResult>? Results)>();
        foreach (var file in server.Pipelines.Entries.Where(context.Caller().Sees))
            listed.Add((file, listed.Count < ServerLimits.MaxRecentPipelines ? await ResultsAsync(server, file, recent).ConfigureAwait(false) : null));
        await JsonAnswer.WriteAsync(context, (Listed: listed, Recent: recent), static (writer, answer) =>
        {
            writer.WriteStartArray();
            foreach (var (file, results) in answer.Listed)
            {
                writer.WriteStartObject();
                WriteSummary(writer, file);
                if (results is not null) PastResults.Write(writer, results, answer.Recent);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private static async Task OneAsync(HttpContext context, ServerContext server)
    {
        var file = Find(context, server);
        if (file is null) await NotFound(context).WriteAsync(context).ConfigureAwait(false);
        else if (context.Request.Query["format"] == "yaml") await FileAsync(context, file).ConfigureAwait(false);
        else await AnswerAsync(context, server, file.Id).ConfigureAwait(false);
    }

    /// <summary>Answers with a pipeline and the tag of its file, as far as that can be read.</summary>
    public static async Task AnswerAsync(HttpContext context, ServerContext server, string id)
    {
        var entry = server.Pipelines.Find(id, context.Caller().Organization);
        if (entry is null)
        {
            await NotFound(context).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var (file, _) = await PipelineFile.ReadAsync(entry, context.RequestAborted).ConfigureAwait(false);

        // Problems depend on other files too, so the tag names what may be replaced and never says that nothing is new.
        if (file is not null) context.Response.Headers.ETag = file.Tag;
        var recent = RecentOf(context);
        var results = await ResultsAsync(server, entry, recent).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(context, (File: entry, Results: results, Recent: recent), static (writer, answer) =>
        {
            var file = answer.File;
            writer.WriteStartObject();
            WriteSummary(writer, file);
            if (answer.Results is not null) PastResults.Write(writer, answer.Results, answer.Recent);
            writer.WritePropertyName("definition"u8);
            if (file.Definition is { } definition) writer.WriteRawValue(DefinitionJson.Write(definition), skipInputValidation: true);
            else writer.WriteNullValue();
            DashboardPipeline.Write(writer, file.Id, file.Definition);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    // What is no number was refused by the route's description.
    private static int RecentOf(HttpContext context) => int.TryParse(context.Request.Query["recent"], NumberStyles.None, CultureInfo.InvariantCulture, out var recent) ? recent : 0;

    private static async ValueTask<IReadOnlyList<PastResult>?> ResultsAsync(ServerContext server, PipelineEntry file, int recent) =>
        recent == 0 ? null : await server.Results.ReadAsync(file.Organization, file.Id).ConfigureAwait(false);

    private static async Task FileAsync(HttpContext context, PipelineEntry entry)
    {
        var (file, problem) = await PipelineFile.ReadAsync(entry, context.RequestAborted).ConfigureAwait(false);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        SecurityHeaders.MakeDownload(context.Response, SafeName.Of(entry.File));
        if (EntityTag.IsKnown(context, file!.Tag)) return;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = file.Content.Length;
        await context.Response.Body.WriteAsync(file.Content, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task GraphAsync(HttpContext context, ServerContext server)
    {
        if (Find(context, server) is not { Definition: { } definition })
        {
            await NotFound(context).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var graph = PipelineGraph.Build(definition);
        switch (context.Request.Query["format"].ToString())
        {
            case "dot":
                await TextAsync(context, DotWriter.Write(graph)).ConfigureAwait(false);
                break;
            case "mermaid":
                await TextAsync(context, MermaidWriter.Write(graph)).ConfigureAwait(false);
                break;
            default:
                await JsonAnswer.WriteAsync(context, GraphJson.Write(graph)).ConfigureAwait(false);
                break;
        }
    }

    private static Task TextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), context.RequestAborted).AsTask();
    }

    private static void WriteSummary(Utf8JsonWriter writer, PipelineEntry file)
    {
        var definition = file.Definition;
        writer.WriteString("id"u8, file.Id);
        writer.WriteString("name"u8, definition?.DisplayName ?? file.Id);
        writer.WriteString("version"u8, definition?.Version);
        writer.WriteString("description"u8, definition?.Description);
        writer.WriteNumber("stageCount"u8, definition?.Stages.Count ?? 0);
        writer.WriteString("defaultProvider"u8, DashboardPipeline.ProviderOf(definition));
        writer.WriteString("filename"u8, file.File);
        writer.WriteBoolean("valid"u8, file.IsValid);
        JsonAnswer.WriteProblems(writer, file.Problems);
    }
}
