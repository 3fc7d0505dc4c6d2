using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Definitions;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Pipelines;

/// <summary><c>POST /api/pipelines/{id}/run</c>.</summary>
internal static class RunEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapPost("/api/pipelines/{id}/run", context => RunAsync(context, server))
            .Needs(Role.Operator)
            .Describe("runPipeline", Tags.Pipelines, "Start a pipeline", d => d
                .OfPipeline()
                .Idempotent()
                .Body("RunRequest", isRequired: false)
                .Gives("RunStarted", "The execution was created; its log says how it goes on.")
                .Fails(400, "invalid_request", "invalid_input", "invalid_pipeline", "group_invalid", "breakpoint_invalid")
                .Fails(403, "owner_only")
                .Fails(409, "execution_exists", "group_full")
                .Fails(503, "too_many_executions"));

    private static async Task RunAsync(HttpContext context, ServerContext server)
    {
        var (body, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRunBytes).ConfigureAwait(false);
        if (problem is null)
        {
            var isOwner = LocalConnection.Is(context);
            (var request, problem) = RunRequest.Read(body, isOwner);
            IdempotencyKey? key = null;
            if (problem is null) (key, problem) = IdempotencyHeader.Read(context, body);
            if (problem is null && ToStart(context, server, request, isOwner, out problem) is { } start)
            {
                var outcome = await server.Engine.StartAsync(start with { IdempotencyKey = key }).ConfigureAwait(false);
                if (outcome.ExecutionId is { } id)
                {
                    await AnswerAsync(context, id, start.Definition.Id).ConfigureAwait(false);
                    return;
                }

                problem = outcome.IsUnavailable ? new ApiProblem(503, outcome.Problems[0].Code, outcome.Problems[0].Message) : Refusal(outcome.Problems);
            }
        }

        await problem!.WriteAsync(context).ConfigureAwait(false);
    }

    private static StartRequest? ToStart(HttpContext context, ServerContext server, RunRequest request, bool isOwner, out ApiProblem? problem)
    {
        DefinitionReadResult read;
        string? folder;
        if (request.Definition is { } text)
        {
            // Not from the folder, so the id of the route says nothing: the file's own is what counts.
            read = DefinitionReader.Read(Encoding.UTF8.GetBytes(text), request.FileName ?? "");
            folder = request.BaseFolder;
        }
        else if (PipelineEndpoints.Find(context, server) is { } file)
        {
            read = new DefinitionReadResult(file.Definition, file.Problems);
            folder = request.BaseFolder ?? Path.GetDirectoryName(file.FullPath);
        }
        else
        {
            problem = PipelineEndpoints.NotFound(context);
            return null;
        }

        if (!read.IsValid)
        {
            problem = new ApiProblem(400, "invalid_pipeline", "The pipeline cannot run: " + First(read.Problems), read.Problems);
            return null;
        }

        problem = null;
        var caller = context.Caller();
        return new StartRequest
        {
            Definition = read.Definition!,
            Input = request.Input,
            Sets = request.Sets,
            Priority = request.Priority,
            Labels = request.Labels,
            WebhookUrl = request.WebhookUrl,
            Breakpoints = request.Breakpoints,
            RequestedBy = request.RequestedBy ?? caller.By,
            Organization = caller.Organization,

            // Of this organisation the engine's own search knows nothing.
            FindPipeline = caller.Organization == Caller.DefaultOrganization ? null : id => server.Pipelines.Find(id, caller.Organization) is { IsValid: true } found ? found.Definition : null,
            Trigger = isOwner ? "cli" : "api",
            BaseFolder = folder,
        };
    }

    private static ApiProblem Refusal(IReadOnlyList<Problem> problems) => problems[0].Code switch
    {
        "group_invalid" or "breakpoint_invalid" => new ApiProblem(400, problems[0].Code, problems[0].Message),
        "execution_exists" or "idempotency_conflict" or "group_full" => new ApiProblem(409, problems[0].Code, problems[0].Message),
        "pipeline_not_found" => new ApiProblem(400, "invalid_pipeline", problems[0].Message, problems),
        _ when problems.All(p => p.Path.StartsWith("inputs", StringComparison.Ordinal)) => new ApiProblem(400, "invalid_input", "The input does not fit: " + First(problems), problems),
        _ => new ApiProblem(400, "invalid_pipeline", "The pipeline cannot run: " + First(problems), problems),
    };

    private static string First(IReadOnlyList<Problem> problems)
    {
        var first = problems.FirstOrDefault(p => p.Severity == ProblemSeverity.Error) ?? problems[0];
        return first.Line > 0 ? $"{first.Message} (line {first.Line})." : first.Message + ".";
    }

    private static Task AnswerAsync(HttpContext context, Guid id, string pipelineId) =>
        JsonAnswer.WriteAsync(context, (id, pipelineId), static (writer, started) =>
        {
            writer.WriteStartObject();
            writer.WriteString("executionId"u8, started.id);
            writer.WriteString("pipelineId"u8, started.pipelineId);
            writer.WriteString("status"u8, "started"u8);
            writer.WriteEndObject();
        });
}
