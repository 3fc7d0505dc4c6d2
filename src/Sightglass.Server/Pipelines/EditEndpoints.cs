using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Sightglass.Core.Definitions;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Pipelines;

/// <summary>Changing the files of pipelines. Definitions are code that runs here: it takes an author.</summary>
internal static class EditEndpoints
{
    private const string Json = "application/json";
    private const string Yaml = "application/yaml";

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        var editor = routes.ServiceProvider.GetRequiredService<PipelineEditor>();
        routes.MapPut("/api/pipelines/{id}", context => PutAsync(context, server, editor))
            .Needs(Role.Author)
            .Describe("putPipeline", Tags.Pipelines, "Write a pipeline", d => File(d
                .Says("The body is the file as it is to be, JSON or YAML. It is written only where nothing is wrong with it; else every problem comes back with its line and column. What is there is replaced only where If-Match names it, so that nobody's change is lost.")
                .OfPipeline()
                .Header("If-Match", Constraint.Text(ServerLimits.MaxReasonChars), "The ETag of what is replaced, or * for whatever is there.")
                .Header("If-None-Match", Constraint.Text(ServerLimits.MaxReasonChars), "* to write only where there is no such pipeline."))
                .Gives("Pipeline", "It was replaced.")
                .Gives("Pipeline", "It is new.", 201)
                .Fails(400, "invalid_pipeline", "invalid_id")
                .Fails(409, "file_too_large", "file_unreadable", "file_unwritable", "file_exists")
                .Fails(412, "precondition_failed")
                .Fails(428, "precondition_required"));
        routes.MapDelete("/api/pipelines/{id}", context => DeleteAsync(context, server, editor))
            .Needs(Role.Author)
            .Describe("deletePipeline", Tags.Pipelines, "Delete a pipeline", d => d
                .Says("Its file goes; executions keep the definition that they run.")
                .OfPipeline()
                .Header("If-Match", Constraint.Text(ServerLimits.MaxReasonChars), "The ETag of what is deleted; where it is left out, whatever is there.")
                .Gives("PipelineDeleted", "It is gone.")
                .Fails(409, "file_too_large", "file_unreadable", "file_unwritable")
                .Fails(412, "precondition_failed"));
        routes.MapPost("/api/pipelines/validate", context => ValidateAsync(context, server))
            .Needs(Role.Author).Unaudited()
            .Describe("validatePipeline", Tags.Pipelines, "Check a pipeline without saving it", d => File(d)
                .Gives("PipelineCheck", "What is wrong with it, if anything."));

        static RouteDescription File(RouteDescription d) => d.Body(Json, "PipelineDefinition").Body(Yaml, null);
    }

    private static async Task PutAsync(HttpContext context, ServerContext server, PipelineEditor editor)
    {
        var id = (string)context.GetRouteValue("id")!;
        var organization = context.Caller().Organization;
        if (!PipelineCatalog.IsId(id))
        {
            await ApiProblem.BadRequest("invalid_id", "An id has letters, digits and '-', at most 100 of them.").WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var content = await JsonBody.ReadBytesAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var isJson = IsJson(context);
        var read = server.Pipelines.Read(content, editor.NameOf(id, organization, isJson), organization);
        if (read.Definition is { } definition && definition.Id != id && read.IsValid)
            read = new DefinitionReadResult(definition, [.. read.Problems, new Problem("invalid_id", ProblemSeverity.Error, $"The file says the id '{definition.Id}', the address '{id}'.", "Write the same id in both.", "", 0, 0, "id")]);
        if (!read.IsValid)
        {
            await new ApiProblem(400, "invalid_pipeline", "Nothing was written: " + FirstOf(read.Problems), read.Problems).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var (isNew, problem) = await editor.WriteAsync(id, organization, content, isJson, context.Request, context.RequestAborted).ConfigureAwait(false);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        if (isNew) context.Response.StatusCode = 201;
        await PipelineEndpoints.AnswerAsync(context, server, id).ConfigureAwait(false);
    }

    private static async Task DeleteAsync(HttpContext context, ServerContext server, PipelineEditor editor)
    {
        var problem = PipelineEndpoints.Find(context, server) is { } entry
            ? await editor.DeleteAsync(entry, context.Request, context.RequestAborted).ConfigureAwait(false)
            : PipelineEndpoints.NotFound(context);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await JsonAnswer.WriteAsync(context, (string)context.GetRouteValue("id")!, static (writer, id) =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteBoolean("deleted"u8, true);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task ValidateAsync(HttpContext context, ServerContext server)
    {
        var content = await JsonBody.ReadBytesAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var read = server.Pipelines.Read(content, IsJson(context) ? "pipeline.json" : "pipeline.yaml", context.Caller().Organization);
        await JsonAnswer.WriteAsync(context, read, static (writer, read) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("valid"u8, read.IsValid);
            writer.WriteString("id"u8, read.Definition?.Id);
            writer.WriteNumber("stageCount"u8, read.Definition?.Stages.Count ?? 0);
            JsonAnswer.WriteProblems(writer, read.Problems);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static bool IsJson(HttpContext context) =>
        !MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase);

    private static string FirstOf(IReadOnlyList<Problem> problems)
    {
        var first = problems.First(p => p.Severity == ProblemSeverity.Error);
        return first.Line > 0 ? $"{first.Message} (line {first.Line})." : first.Message.TrimEnd('.') + ".";
    }
}
