using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Ports;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;
using Sightglass.Server.OpenApi;
using Sightglass.Server.Streaming;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>The routes of the playbook viewer: a run with its steps, one step, the live stream, and where that is.</summary>
internal static class PlaybookEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        var runs = new KnownRuns(server.Engine.Store);
        MapRun(routes, "/api/v1/playbook-runs/{id}", (context, id) => RunAsync(context, server, runs, id))
            .Describe("getPlaybookRun", Tags.Contracts, "A run as the playbook viewer has it", d => Run(d).Gives("PlaybookRunAnswer", "The run with all its steps."));
        MapRun(routes, "/api/v1/playbook-runs/{id}/steps/{stepKey}", (context, id) => StepAsync(context, runs, id))
            .Describe("getPlaybookStep", Tags.Contracts, "One step of a run", d => Run(d).Path("stepKey", "Key of the step.").Gives("StepRunAnswer", "The step."));
        MapRun(routes, "/api/v1/playbook-runs/{id}/stream", (context, id) => StreamAsync(context, server, id))
            .Describe("streamPlaybookRun", Tags.Contracts, "A run as it goes on", d => Run(d)
                .Says("Server-sent events: first connected, then what happens from now on or, with Last-Event-ID, from there. A comment comes every 30 seconds; the stream stays open for 10 minutes after the end.")
                .Header("Last-Event-ID", Constraint.Text(ServerLimits.MaxPathPart), "The id of the last event that was received.")
                .Gives("text/event-stream", "PlaybookEvent", "Frames.")
                .Gives("PlaybookError", "Last-Event-ID is no id of this stream.", 400)
                .Streams());
        MapRun(routes, "/api/playbook-runs/{id}/stream", StreamUrlAsync)
            .Describe("findPlaybookStream", Tags.Contracts, "Where the stream of a run is", d => Run(d).Gives("StreamUrlAnswer", "Its address."));

        static RouteDescription Run(RouteDescription d) => d
            .Path("id", "Id of the run, a UUID.", Constraint.Of("uuid"))
            .Gives("PlaybookError", "Nobody is known to ask.", 401)
            .Gives("PlaybookError", "The caller has no organisation, or may not see the run.", 403)
            .Gives("PlaybookError", "There is no such run, or it is another organisation's.", 404)
            .Gives("PlaybookError", "The store cannot be read for now.", 503);
    }

    private static IEndpointConventionBuilder MapRun(IEndpointRouteBuilder routes, string route, Func<HttpContext, Guid, Task> answer) =>
        routes.MapGet(route, context => GuardedAsync(context, answer)).Needs(Role.Viewer).WithMetadata(new RefusalFormat(PlaybookAnswer.RefuseAsync));

    /// <summary>Says in that API's words what goes wrong.</summary>
    private static async Task GuardedAsync(HttpContext context, Func<HttpContext, Guid, Task> answer)
    {
        if (!ExecutionEndpoints.TryGetId(context, out var id))
        {
            await PlaybookAnswer.NotFoundAsync(context).ConfigureAwait(false);
            return;
        }

        try
        {
            await answer(context, id).ConfigureAwait(false);
        }
        catch (StoreUnavailableException e) when (!context.Response.HasStarted)
        {
            await PlaybookAnswer.RefuseAsync(context, 503, "INTERNAL_ERROR", e.Message).ConfigureAwait(false);
        }
    }

    private static async Task RunAsync(HttpContext context, ServerContext server, KnownRuns runs, Guid id)
    {
        ReadOnlyMemory<byte> json = default;
        if (await runs.ReadAsync(id, (run, definition) => json = PlaybookAnswer.Of(writer => PlaybookRunJson.WriteRun(writer, run, definition, server.Engine.GetParked(id))), context.RequestAborted).ConfigureAwait(false))
            await JsonAnswer.WriteAsync(context, json).ConfigureAwait(false);
        else await PlaybookAnswer.NotFoundAsync(context).ConfigureAwait(false);
    }

    private static async Task StepAsync(HttpContext context, KnownRuns runs, Guid id)
    {
        var key = (string)context.GetRouteValue("stepKey")!;
        ReadOnlyMemory<byte>? json = null;
        await runs.ReadAsync(id, (run, definition) =>
        {
            if (run.State.Find(key) is { } stage)
                json = PlaybookAnswer.Of(writer => PlaybookRunJson.WriteStep(writer, run, stage, definition, definition?.Stages.FirstOrDefault(s => s.Id == stage.Id)));
        }, context.RequestAborted).ConfigureAwait(false);
        if (json is { } found) await JsonAnswer.WriteAsync(context, found).ConfigureAwait(false);
        else await PlaybookAnswer.NotFoundAsync(context).ConfigureAwait(false);
    }

    private static Task StreamUrlAsync(HttpContext context, Guid id) => JsonAnswer.WriteAsync(context, PlaybookAnswer.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("streamUrl"u8, $"/api/v1/playbook-runs/{id}/stream");
        writer.WriteEndObject();
    }));

    private static async Task StreamAsync(HttpContext context, ServerContext server, Guid id)
    {
        if (!server.Switch.IsOn)
        {
            await PlaybookAnswer.RefuseAsync(context, 503, "INTERNAL_ERROR", EventStreamEndpoint.StreamingOff.Detail).ConfigureAwait(false);
            return;
        }

        PlaybookCursor? cursor = null;
        if (context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last)
        {
            if (!PlaybookCursor.TryParse(last, out var given))
            {
                await PlaybookAnswer.RefuseAsync(context, 400, "INVALID_CURSOR", "Last-Event-ID is the id of the last event that was received; leave it out to begin now.").ConfigureAwait(false);
                return;
            }

            cursor = given;
        }

        var state = await LogReader.FoldAsync(server.Engine.Store, id, cursor?.Seq ?? long.MaxValue, context.RequestAborted).ConfigureAwait(false);
        if (state is null || (cursor is { } c && c.Seq > 0 && state.LastSeq < c.Seq))
        {
            if (state is null) await PlaybookAnswer.NotFoundAsync(context).ConfigureAwait(false);
            else await PlaybookAnswer.RefuseAsync(context, 400, "INVALID_CURSOR", $"The log ends at {state.LastSeq}; leave Last-Event-ID out to begin now.").ConfigureAwait(false);
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.Stopping);
        try
        {
            await new PlaybookStream(context, server, id).RunAsync(state, cursor, ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // Cut short, so that the viewer comes back with its cursor.
        }
    }
}
