using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;
using Sightglass.Server.Streaming.Sockets;

namespace Sightglass.Server.Contracts.WorkflowLogs;

/// <summary>The routes of the workflow log stream. Its clients name executions by our id or by one of their own.</summary>
internal static class LogStreamEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/ws/executions/{id}/logs", context => LogsAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("streamExecutionLogs", Tags.Contracts, "The logs of an execution over a WebSocket", d => d
                .Says("One ExecutionLog a message: all there are, then live; closed with 1000 after the end. What the client sends means nothing.")
                .Path("id", "Id of the execution, ours or an outside one; of several executions with one outside id the newest.", Constraint.Text(StartRequest.MaxNameChars))
                .Gives(null, null, "The connection becomes a WebSocket.", 101)
                .Fails(404, "execution_not_found").Fails(410, "execution_deleted").Fails(426, "websocket_required").Fails(429, "too_many_sockets")
                .Streams());
        routes.MapPost("/executions/{id}/start-streaming", context => StartAsync(context, server))
            .Needs(Role.Operator)
            .Describe("startStreaming", Tags.Contracts, "Run the configured sample under an outside id", d => d
                .Says("Where an execution of that id runs already, that one is the answer.")
                .Path("id", "The outside id that the execution gets.", Constraint.Text(StartRequest.MaxNameChars))
                .Body("NoMembers", isRequired: false)
                .Gives("StartStreamingAnswer", "Its logs can be streamed.")
                .Fails(400, "name_too_long").Fails(409, "sample_not_configured"));
    }

    private static async Task LogsAsync(HttpContext context, ServerContext server)
    {
        // Who opens no socket is told that, whatever there is.
        var name = (string)context.GetRouteValue("id")!;
        var found = context.WebSockets.IsWebSocketRequest ? await FindAsync(context, server, name).ConfigureAwait(false) : null;
        var refusal = found is { } id ? await server.Scope.RefuseAsync(context.Caller(), id, Role.Viewer, context.RequestAborted).ConfigureAwait(false) : ApiProblem.ExecutionNotFound;
        await SocketDoor.OpenAsync(context, server, refusal, socket => new LogSocket(context, server, found!.Value, name, socket).RunAsync()).ConfigureAwait(false);
    }

    /// <summary>Finds an execution by our id, else the newest of that outside id.</summary>
    private static async Task<Guid?> FindAsync(HttpContext context, ServerContext server, string name)
    {
        if (name.Length > StartRequest.MaxNameChars) return null;
        if (Guid.TryParseExact(name, "D", out var id))
        {
            var own = await server.Engine.Store.ListAsync(new ExecutionQuery { Id = id, Limit = 1 }, context.RequestAborted).ConfigureAwait(false);
            if (own.Items.Count > 0) return id;
        }

        return (await NewestAsync(context, server, name).ConfigureAwait(false))?.Id;
    }

    private static async Task<ExecutionSummary?> NewestAsync(HttpContext context, ServerContext server, string externalId)
    {
        var page = await server.Engine.Store.ListAsync(context.Caller().Narrow(new ExecutionQuery { ExternalId = externalId, Limit = 1 }), context.RequestAborted).ConfigureAwait(false);
        return page.Items is [{ Summary: var summary }] ? summary : null;
    }

    private static async Task StartAsync(HttpContext context, ServerContext server)
    {
        var (_, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var caller = context.Caller();
        var name = (string)context.GetRouteValue("id")!;
        var sample = server.Options.StreamingPipeline;
        if (name.Length > StartRequest.MaxNameChars) problem ??= ApiProblem.BadRequest("name_too_long", $"The id of an execution may have {StartRequest.MaxNameChars} characters.");
        if (sample is null) problem ??= new ApiProblem(409, "sample_not_configured", "No sample is configured to stream; name one with --streaming-pipeline.");
        var entry = problem is null ? server.Pipelines.Find(sample!, caller.Organization) : null;
        if (problem is null && entry is not { IsValid: true }) problem = new ApiProblem(409, "sample_not_configured", $"The pipeline '{sample}' that is configured to stream is not there, or has problems.");

        Guid? known = null;
        if (problem is null) (known, problem) = await server.Starts.InTurnAsync(() => FindOrStartAsync(context, server, name, entry!), context.RequestAborted).ConfigureAwait(false);
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await JsonAnswer.WriteAsync(context, (Name: name, Id: known!.Value), static (writer, started) =>
        {
            writer.WriteStartObject();
            writer.WriteString("status"u8, "started"u8);
            writer.WriteString("execution_id"u8, started.Name);
            writer.WriteString("executionId"u8, started.Id);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    // Asked twice, it streams once: a page that is loaded again asks again.
    private static async Task<(Guid? Id, ApiProblem? Problem)> FindOrStartAsync(HttpContext context, ServerContext server, string name, PipelineEntry sample)
    {
        if (await NewestAsync(context, server, name).ConfigureAwait(false) is { } newest && !newest.Status.IsTerminal()) return (newest.Id, null);
        var caller = context.Caller();
        var outcome = await server.Engine.StartAsync(new StartRequest
        {
            Definition = sample.Definition!,
            ExternalId = name,
            RequestedBy = caller.By,
            Organization = caller.Organization,
            FindPipeline = id => server.Pipelines.Find(id, caller.Organization) is { IsValid: true } found ? found.Definition : null,
            Trigger = "api",
            BaseFolder = Path.GetDirectoryName(sample.FullPath),
        }).ConfigureAwait(false);
        return outcome.IsStarted ? (outcome.ExecutionId, null) : (null, new ApiProblem(outcome.IsUnavailable ? 503 : 409, outcome.Problems[0].Code, outcome.Problems[0].Message));
    }
}
