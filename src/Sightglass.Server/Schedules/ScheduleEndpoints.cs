using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Scheduling.Schedules;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Schedules;

/// <summary>What starts by itself: how it stands, and pause, resume and trigger.</summary>
internal static class ScheduleEndpoints
{
    // A command that owns a data folder for a moment runs no schedules.
    private static readonly ApiProblem NotRun = new(409, "schedules_not_run", "Nothing runs schedules here; start 'sightglass serve'.");

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/schedules", context => server.Schedules is { } schedules ? ListAsync(context, schedules) : NotRun.WriteAsync(context))
            .Needs(Role.Viewer).Narrowed()
            .Describe("listSchedules", Tags.Schedules, "All schedules", d => d
                .Gives("ScheduleList", "How each stands.")
                .Fails(409, "schedules_not_run"));
        MapCommand(routes, server, "pause", static (schedules, pipeline, schedule, caller) => schedules.PauseAsync(pipeline, schedule, caller.By, caller.Organization))
            .Describe("pauseSchedule", Tags.Schedules, "Hold a schedule", d => Command(d).Says("Its times pass without a start until it is resumed."));
        MapCommand(routes, server, "resume", static (schedules, pipeline, schedule, caller) => schedules.ResumeAsync(pipeline, schedule, caller.By, caller.Organization))
            .Describe("resumeSchedule", Tags.Schedules, "Let a schedule go on", d => Command(d));
        MapCommand(routes, server, "trigger", static (schedules, pipeline, schedule, caller) => schedules.TriggerAsync(pipeline, schedule, caller.By, caller.Organization))
            .Describe("triggerSchedule", Tags.Schedules, "Start what a schedule starts, now", d => Command(d));

        static RouteDescription Command(RouteDescription d) => d
            .Path("pipeline", "Id of the pipeline.")
            .Path("schedule", "Id of the schedule.")
            .Body("NoMembers", isRequired: false)
            .Gives("ScheduleAnswer", "What was done.")
            .Fails(404, "schedule_not_found")
            .Fails(409, "schedules_not_run", "start_refused");
    }

    private static async Task ListAsync(HttpContext context, ScheduleRunner schedules)
    {
        var caller = context.Caller();
        var all = await schedules.ListAsync(context.RequestAborted).ConfigureAwait(false);
        var list = all.Where(s => s.Organization == caller.Organization && caller.RoleOn(s.PipelineId) > Role.None);
        await JsonAnswer.WriteAsync(context, list, static (writer, list) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("schedules"u8);
            foreach (var schedule in list) Write(writer, schedule);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static IEndpointConventionBuilder MapCommand(IEndpointRouteBuilder routes, ServerContext server, string name, Func<ScheduleRunner, string, string, Caller, Task<ScheduleAnswer>> ask) =>
        routes.MapPost("/api/schedules/{pipeline}/{schedule}/" + name, async context =>
        {
            var (_, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
            if (problem is null && server.Schedules is null) problem = NotRun;
            if (problem is null)
            {
                var answer = await ask(server.Schedules!, (string)context.Request.RouteValues["pipeline"]!, (string)context.Request.RouteValues["schedule"]!, context.Caller()).ConfigureAwait(false);
                if (answer.IsDone)
                {
                    await JsonAnswer.WriteAsync(context, answer, WriteAnswer).ConfigureAwait(false);
                    return;
                }

                problem = answer.Code == "schedule_not_found"
                    ? new ApiProblem(404, "schedule_not_found", answer.Message)
                    : new ApiProblem(409, "start_refused", answer.Message, answer.Problems);
            }

            await problem.WriteAsync(context).ConfigureAwait(false);
        }).Needs(Role.Operator);

    private static void WriteAnswer(Utf8JsonWriter writer, ScheduleAnswer answer)
    {
        writer.WriteStartObject();
        writer.WriteString("message"u8, answer.Message);
        if (answer.ExecutionId is { } id) writer.WriteString("executionId"u8, id);
        writer.WritePropertyName("schedule"u8);
        Write(writer, answer.Schedule!);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ScheduleStatus schedule)
    {
        var definition = schedule.Definition;
        writer.WriteStartObject();
        writer.WriteString("pipelineId"u8, schedule.PipelineId);
        writer.WriteString("id"u8, definition.Id);
        writer.WriteString("description"u8, definition.Description);
        writer.WriteString("cron"u8, definition.Cron);
        writer.WriteString("every"u8, definition.Every?.ToString());
        writer.WriteString("timeZone"u8, definition.TimeZone);
        writer.WriteString("misfire"u8, JsonNamingPolicy.KebabCaseLower.ConvertName(definition.Misfire.ToString()));
        writer.WriteString("overlap"u8, JsonNamingPolicy.KebabCaseLower.ConvertName(definition.Overlap.ToString()));
        writer.WriteBoolean("enabled"u8, definition.Enabled);
        writer.WriteBoolean("paused"u8, schedule.IsPaused);
        writer.WriteString("pausedBy"u8, schedule.PausedBy);
        WriteTime(writer, "next"u8, schedule.Next);
        WriteTime(writer, "lastTime"u8, schedule.LastTime);
        writer.WriteString("lastExecutionId"u8, schedule.LastExecution?.ToString());
        writer.WriteString("lastError"u8, schedule.LastError);
        writer.WriteNumber("waiting"u8, schedule.Waiting);
        writer.WriteNumber("running"u8, schedule.Running);
        writer.WriteNumber("started"u8, schedule.Started);
        writer.WriteNumber("skipped"u8, schedule.Skipped);
        writer.WriteNumber("missed"u8, schedule.Missed);
        writer.WriteNumber("failed"u8, schedule.Failed);
        writer.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } t) writer.WriteNumber(name, t.ToUnixTimeMilliseconds());
        else writer.WriteNull(name);
    }
}
