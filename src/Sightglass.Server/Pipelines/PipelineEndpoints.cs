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
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Pipelines;

/// <summary>The pipelines: list, one, its file, its graph.</summary>
internal static class PipelineEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/pipelines", context => ListAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("listPipelines", Tags.Pipelines, "All pipelines", d => d
                .Says("Those with problems are listed too; a pipeline that is not valid cannot be run.")
                .Gives("PipelineList", "The pipelines, in order of their files."));
        routes.MapGet("/api/pipelines/{id}", context => OneAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("getPipeline", Tags.Pipelines, "A pipeline with its definition", d => d
                .OfPipeline()
                .Query("format", Constraint.OneOf("json", "yaml"), "yaml gives the file itself.")
                .Gives("Pipeline", "The pipeline.")
                .Gives("text/plain", null, "With format=yaml: the file, as a download.")
                .Fails(400, "invalid_query")
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

    private static Task ListAsync(HttpContext context, ServerContext server) =>
        JsonAnswer.WriteAsync(context, server.Pipelines.Entries.Where(context.Caller().Sees), static (writer, files) =>
        {
            writer.WriteStartArray();
            foreach (var file in files)
            {
                writer.WriteStartObject();
                WriteSummary(writer, file);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });

    private static Task OneAsync(HttpContext context, ServerContext server)
    {
        if (Find(context, server) is not { } file) return NotFound(context).WriteAsync(context);
        var format = context.Request.Query["format"].ToString();
        if (format is "yaml") return FileAsync(context, file);
        if (format is not ("" or "json"))
            return ApiProblem.BadRequest("invalid_query", "format is json or yaml.").WriteAsync(context);
        return JsonAnswer.WriteAsync(context, file, static (writer, file) =>
        {
            writer.WriteStartObject();
            WriteSummary(writer, file);
            writer.WritePropertyName("definition"u8);
            if (file.Definition is { } definition) writer.WriteRawValue(DefinitionJson.Write(definition), skipInputValidation: true);
            else writer.WriteNullValue();
            DashboardPipeline.Write(writer, file.Id, file.Definition);
            writer.WriteEndObject();
        });
    }

    private static async Task FileAsync(HttpContext context, PipelineEntry file)
    {
        byte[] content;
        try
        {
            await using var stream = new FileStream(file.FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > ServerLimits.MaxFileBytes)
            {
                await new ApiProblem(409, "file_too_large", $"The file has more than {ServerLimits.MaxFileBytes:N0} bytes.").WriteAsync(context).ConfigureAwait(false);
                return;
            }

            content = new byte[stream.Length];
            content = content[..await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await new ApiProblem(409, "file_unreadable", "The file cannot be read now: " + e.Message).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        SecurityHeaders.MakeDownload(context.Response, SafeName(file.File));
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
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
            case "" or "json":
                await JsonAnswer.WriteAsync(context, GraphJson.Write(graph)).ConfigureAwait(false);
                break;
            case "dot":
                await TextAsync(context, DotWriter.Write(graph)).ConfigureAwait(false);
                break;
            case "mermaid":
                await TextAsync(context, MermaidWriter.Write(graph)).ConfigureAwait(false);
                break;
            default:
                await ApiProblem.BadRequest("invalid_query", "format is json, dot or mermaid.").WriteAsync(context).ConfigureAwait(false);
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

    // The name goes into a header: what could end the quotes or the header becomes an underscore.
    private static string SafeName(string name) =>
        string.Concat(Path.GetFileName(name).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_'));
}
