using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions;

/// <summary>What a person asks of an execution, and custom events.</summary>
internal static class CommandEndpoints
{
    private static readonly JsonElement NoData = JsonElement.Parse("null"u8);

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        MapCommand(routes, server, "cancel")
            .Describe("cancelExecution", Tags.Commands, "Cancel an execution", d => Command(d, "ReasonRequest", "CancelAnswer")
                .Says("What runs is told to stop, what has not started never does. An execution that has ended stays as it is: 200 and false.")
                .Fails(409, "cancelling"));
        MapCommand(routes, server, "pause")
            .Describe("pauseExecution", Tags.Commands, "Hold an execution", d => Command(d, "ReasonRequest")
                .Says("What runs goes on, nothing new starts.")
                .Fails(409, "already_ended", "cancelling", "paused"));
        MapCommand(routes, server, "resume")
            .Describe("resumeExecution", Tags.Commands, "Let a paused execution go on", d => Command(d, "NoMembers")
                .Fails(409, "already_ended", "cancelling", "not_paused"));
        MapCommand(routes, server, "step")
            .Describe("stepExecution", Tags.Debugging, "Go on to the next stage", d => Command(d, "NoMembers")
                .Says("Lets the stage go before which the execution stands, and stops before the next.")
                .Fails(409, "already_ended", "cancelling", "not_stopped"));
        MapCommand(routes, server, "retry")
            .Describe("retryExecution", Tags.Commands, "Run failed stages again", d => Command(d, "NoMembers")
                .Says("Opens an ended execution for another turn: its failed stages and what depends on them get new attempts.")
                .Fails(409, "still_running", "nothing_failed", "child_of_ended_parent", "group_held_by_parent"));
        MapCommand(routes, server, "approve")
            .Describe("approveStage", Tags.Commands, "Approve a stage that waits for a person", Approval);
        MapCommand(routes, server, "reject")
            .Describe("rejectStage", Tags.Commands, "Reject a stage that waits for a person", Approval);
        routes.MapPost("/api/events", context => EmitAsync(context, server))
            .Needs(Role.Operator)
            .Describe("emitEvent", Tags.Commands, "Send a custom event", d => d
                .Says("For stages with an event trigger of this type. An event that nobody waits for is gone.")
                .Idempotent()
                .Body("CustomEvent")
                .Gives("CustomEventAnswer", "Which executions took it.")
                .Fails(400, "invalid_request")
                .Fails(429, "busy"));

        static RouteDescription Command(RouteDescription d, string body, string answer = "CommandAnswer") => d
            .OfExecution()
            .Idempotent()
            .Body(body, isRequired: false)
            .Gives(answer, "What it did.")
            .Fails(400, "invalid_request")
            .Fails(409, "parked", "not_owner", "execution_external")
            .Fails(429, "busy");

        static void Approval(RouteDescription d) => Command(d, "ApprovalRequest")
            .Says("Who may answer, the approval says by roles and names of accounts (by); where it names nobody, whoever may run the pipeline.")
            .Fails(400, "stage_required")
            .Fails(403, "approval_forbidden")
            .Fails(404, "stage_not_found")
            .Fails(409, "already_ended", "cancelling", "no_approval_open");
    }

    private static IEndpointConventionBuilder MapCommand(IEndpointRouteBuilder routes, ServerContext server, string name) =>
        routes.MapPost("/api/executions/{id}/" + name, async context =>
        {
            var (json, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
            var body = new CommandBody();
            IdempotencyKey? key = null;
            CommandAnswer? answer = null;
            if (problem is null) (body, problem) = CommandBody.Read(json);
            if (problem is null) (key, problem) = IdempotencyHeader.Read(context, json);
            var id = Guid.Empty;
            if (problem is null && !ExecutionEndpoints.TryGetId(context, out id)) problem = ApiProblem.ExecutionNotFound;
            if (problem is null) (answer, problem) = await ExecutionCommands.AskAsync(server, name, id, body, context.Caller(), key).ConfigureAwait(false);
            if (problem is not null) await problem.WriteAsync(context).ConfigureAwait(false);
            else if (name == "cancel") await CancelledAsync(context, answer!).ConfigureAwait(false);
            else await AnsweredAsync(context, answer!).ConfigureAwait(false);
        }).Needs(ExecutionCommands.RoleFor(name));

    private static Task CancelledAsync(HttpContext context, CommandAnswer answer) =>
        JsonAnswer.WriteAsync(context, answer, static (writer, answer) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("cancelled"u8, answer.Accepted);
            writer.WriteString("code"u8, answer.Code);
            writer.WriteString("message"u8, answer.Message);
            writer.WriteEndObject();
        });

    /// <summary>Answers with what a command was answered.</summary>
    public static Task AnsweredAsync(HttpContext context, CommandAnswer answer)
    {
        if (!answer.Accepted) return ExecutionCommands.Refusal(answer).WriteAsync(context);
        return JsonAnswer.WriteAsync(context, answer, static (writer, answer) =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("accepted"u8, true);
            writer.WriteString("code"u8, answer.Code);
            writer.WriteString("message"u8, answer.Message);
            writer.WriteEndObject();
        });
    }

    private static async Task EmitAsync(HttpContext context, ServerContext server)
    {
        var (body, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        if (problem is null && !(body.TryGetProperty("type", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 and <= 200 }))
            problem = ApiProblem.BadRequest("invalid_request", "'type' has to be a text of 1 to 200 characters.");
        IdempotencyKey? key = null;
        if (problem is null) (key, problem) = IdempotencyHeader.Read(context, body);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var data = body.TryGetProperty("data", out var given) ? given : NoData;
        var type = body.GetProperty("type").GetString()!;
        var matched = key is null ? await server.Engine.EmitAsync(type, data, context.Caller().Organization).ConfigureAwait(false) : null;
        if (key is not null)
        {
            var outcome = await server.Engine.EmitAsync(type, data, key).ConfigureAwait(false);
            if (!outcome.Answer.Accepted)
            {
                await AnsweredAsync(context, outcome.Answer).ConfigureAwait(false);
                return;
            }

            matched = outcome.Executions;
        }

        await JsonAnswer.WriteAsync(context, matched!, static (writer, matched) =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("delivered"u8, matched.Count);
            writer.WriteStartArray("executions"u8);
            foreach (var id in matched) writer.WriteStringValue(id);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
