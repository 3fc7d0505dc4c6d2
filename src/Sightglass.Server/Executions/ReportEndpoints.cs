using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Definitions;
using Sightglass.Core.Monitoring;
using Sightglass.Core.Monitoring.External;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions;

/// <summary>Executions that other programs run and report: the begin of a log, and batches of events.</summary>
internal static class ReportEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapPost("/api/executions", context => StartAsync(context, server))
            .Needs(Role.Operator)
            .Describe("startExternalExecution", Tags.Executions, "Begin the log of an execution that another program runs", d => d
                .Says("No stage of it runs here; its events are reported in batches. Asked again with the same externalId and pipeline, or the same id, it answers as at first.")
                .Idempotent()
                .Body("ExternalStart")
                .Gives("ExternalStartAnswer", "The log has begun, or had begun before.")
                .Fails(400, "invalid_request", "invalid_pipeline", "definition_unusable", "labels_too_many", "name_too_long", "start_too_large", "output_too_large")
                .Fails(404, "pipeline_not_found")
                .Fails(409, "execution_exists"));
        routes.MapPost("/api/executions/{id}/events", context => ReportAsync(context, server))
            .Needs(Role.Operator).Unaudited()
            .Describe("reportEvents", Tags.Executions, "Report events of an execution that another program runs", d => d
                .Says("A batch is recorded whole or not at all. The server gives the sequence; a time that is reported is kept unless it lies before the event before it or in the future. A batch with a number, counted from 1, may be sent again after a lost answer and is recorded once.")
                .OfExecution()
                .Idempotent()
                .Body("EventReport")
                .Gives("EventReportAnswer", "It is recorded, or was before.")
                .Fails(400, "invalid_request", "batch_invalid", "event_invalid", "event_too_large", "stage_unknown")
                .Fails(409, "execution_not_external", "run_ended", "run_started", "cancelling", "stage_running", "stage_ended", "stage_queued", "stage_not_started", "attempt_mismatch", "batch_out_of_order", "not_owner"));
    }

    private static async Task StartAsync(HttpContext context, ServerContext server)
    {
        var (body, problem) = await JsonBody.ReadAsync(context, ServerLimits.MaxReportBytes, ServerLimits.MaxReportDepth).ConfigureAwait(false);
        ExternalStart? start = null;
        if (problem is null) (start, problem) = Read(context, server, body);
        IdempotencyKey? key = null;
        if (problem is null) (key, problem) = IdempotencyHeader.Read(context, body);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var answer = await server.Engine.External.StartAsync(start! with { IdempotencyKey = key }).ConfigureAwait(false);
        if (!answer.IsRecorded)
        {
            await new ApiProblem(answer.Code is "execution_exists" or "idempotency_conflict" ? 409 : 400, answer.Code, answer.Message).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await JsonAnswer.WriteAsync(context, (answer, start), static (writer, begun) =>
        {
            writer.WriteStartObject();
            writer.WriteString("executionId"u8, begun.answer.ExecutionId);
            writer.WriteString("pipelineId"u8, begun.start!.Definition.Id);
            writer.WriteString("externalId"u8, begun.start.Options.ExternalId);
            writer.WriteString("status"u8, "started"u8);
            writer.WriteNumber("last"u8, begun.answer.Last);
            writer.WriteBoolean("repeated"u8, begun.answer.Code == "repeated");
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static (ExternalStart? Start, ApiProblem? Problem) Read(HttpContext context, ServerContext server, JsonElement body)
    {
        var caller = context.Caller();
        var (definition, problem) = DefinitionOf(body, server, caller);
        if (problem is not null) return (null, problem);
        var problems = new List<Problem>();
        var externalId = Text(body, "externalId", problems);
        Guid? id = null;
        if (Has(body, "id", out var given)) id = given.ValueKind == JsonValueKind.String && Guid.TryParseExact(given.GetString(), "D", out var uuid) && uuid.Version == 7 ? uuid : Wrong<Guid?>(problems, "id", "'id' must be a UUID of version 7.");
        DateTimeOffset? time = null;
        if (Has(body, "time", out var at)) time = at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var moment) ? moment.ToUniversalTime() : Wrong<DateTimeOffset?>(problems, "time", "'time' has to be RFC 3339.");
        Dictionary<string, string>? labels = null;
        if (Has(body, "labels", out var named))
        {
            if (named.ValueKind == JsonValueKind.Object && named.EnumerateObject().All(static l => l.Value.ValueKind == JsonValueKind.String)) labels = named.EnumerateObject().ToDictionary(static l => l.Name, static l => l.Value.GetString()!, StringComparer.Ordinal);
            else Wrong<object?>(problems, "labels", "'labels' has to be an object of texts.");
        }

        if (problems.Count > 0) return (null, new ApiProblem(400, "invalid_request", problems[0].Message, problems));
        return (new ExternalStart
        {
            Definition = definition!,
            Id = id,
            Time = time,
            Organization = caller.Organization,
            Options = new RunOptions { ExternalId = externalId, Labels = labels, RequestedBy = caller.By, Input = Has(body, "input", out var input) ? input : null },
        }, null);
    }

    /// <summary>Reads the pipeline: the id of one that the server knows, or a definition, whose stages may have any type.</summary>
    private static (PipelineDefinition? Definition, ApiProblem? Problem) DefinitionOf(JsonElement body, ServerContext server, Caller caller)
    {
        if (!Has(body, "pipeline", out var pipeline)) return (null, ApiProblem.BadRequest("invalid_request", "'pipeline' is missing: the id of a pipeline, or an object with id and stages."));
        if (pipeline.ValueKind == JsonValueKind.String)
        {
            var id = pipeline.GetString()!;
            return server.Pipelines.Find(id, caller.Organization) is { Definition: { } known } ? (known, null) : (null, ApiProblem.PipelineNotFound(id));
        }

        if (pipeline.ValueKind != JsonValueKind.Object) return (null, ApiProblem.BadRequest("invalid_request", "'pipeline' is the id of a pipeline, or an object with id and stages."));
        var read = DefinitionReader.Read(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(pipeline).ToArray(), "");

        // How stages run is none of our business; what they are called and what they wait for has to be readable.
        var problems = read.Problems.Where(static p => p.Code is ProblemCodes.WrongType or ProblemCodes.UnknownKey).ToList();
        return read.Definition is { } definition && problems.Count == 0
            ? (definition, null)
            : (null, new ApiProblem(400, "invalid_pipeline", "The pipeline cannot be read: " + (problems.Count > 0 ? problems[0].Message : read.Problems[0].Message) + ".", problems.Count > 0 ? problems : read.Problems));
    }

    private static async Task ReportAsync(HttpContext context, ServerContext server)
    {
        var (body, problem) = await JsonBody.ReadAsync(context, ServerLimits.MaxReportBytes, ServerLimits.MaxReportDepth).ConfigureAwait(false);
        long number = 0;
        if (problem is null && Has(body, "batch", out var batch) && !(batch.ValueKind == JsonValueKind.Number && batch.TryGetInt64(out number) && number >= 1)) problem = ApiProblem.BadRequest("invalid_request", "'batch' is a number from 1.");
        if (problem is null && !body.TryGetProperty("events", out _)) problem = ApiProblem.BadRequest("invalid_request", "'events' is missing: a list of events.");
        IdempotencyKey? key = null;
        if (problem is null) (key, problem) = IdempotencyHeader.Read(context, body);
        if (problem is null && !ExecutionEndpoints.TryGetId(context, out _)) problem = ApiProblem.ExecutionNotFound;
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        ExecutionEndpoints.TryGetId(context, out var id);
        var answer = await server.Engine.External.ReportAsync(new ExternalBatch { ExecutionId = id, Events = body.GetProperty("events"), Number = number > 0 ? number : null, IdempotencyKey = key }).ConfigureAwait(false);
        if (!answer.IsRecorded)
        {
            var status = answer.Code is "batch_invalid" or "event_invalid" or "event_too_large" or "stage_unknown" ? 400 : 409;
            await new ApiProblem(status, answer.Code, answer.Message, answer.Problems.Count == 0 ? null : [.. answer.Problems.Select(Placed)]).WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await JsonAnswer.WriteAsync(context, answer, static (writer, answer) =>
        {
            writer.WriteStartObject();
            writer.WriteString("executionId"u8, answer.ExecutionId);
            writer.WriteNumber("last"u8, answer.Last);
            writer.WriteBoolean("repeated"u8, answer.Code == "repeated");
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static Problem Placed(ExternalProblem problem) => new(problem.Code, ProblemSeverity.Error, problem.Message, null, "", 0, 0, $"events[{problem.Index}]");

    private static bool Has(JsonElement body, string name, out JsonElement value) => body.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static string? Text(JsonElement body, string name, List<Problem> problems)
    {
        if (!Has(body, name, out var value)) return null;
        return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= StartRequest.MaxNameChars } text
            ? text
            : Wrong<string?>(problems, name, $"'{name}' has to be a text of 1 to {StartRequest.MaxNameChars} characters.");
    }

    private static T? Wrong<T>(List<Problem> problems, string member, string message)
    {
        problems.Add(new Problem("invalid_request", ProblemSeverity.Error, message, null, "", 0, 0, member));
        return default;
    }
}
