using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Executions;

/// <summary>How busy the server is: <c>GET /api/queue/stats</c> and <c>GET /api/workers</c>.</summary>
internal static class QueueEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/queue/stats", context => JsonAnswer.WriteAsync(context, server.Engine.GetQueue(), WriteStats))
            .Needs(Role.Viewer)
            .Describe("getQueueStats", Tags.Server, "How many executions wait for a slot", d => d.Gives("QueueStats", "Slots and lanes."));
        routes.MapGet("/api/workers", context => WorkersAsync(context, server))
            .Needs(Role.Viewer)
            .Describe("listWorkers", Tags.Server, "The workers and what each runs", d => d.Gives("WorkerList", "The workers."));
    }

    private static async Task WorkersAsync(HttpContext context, ServerContext server)
    {
        var queue = server.Engine.GetQueue();
        var seen = new List<WorkInHand>();
        foreach (var work in queue.Running.OrderBy(w => w.Since))
        {
            if (await server.Scope.SeesAsync(context.Caller(), work.ExecutionId, context.RequestAborted).ConfigureAwait(false)) seen.Add(work);
        }

        await JsonAnswer.WriteAsync(context, queue with { Running = seen }, WriteWorkers).ConfigureAwait(false);
    }

    private static void WriteStats(Utf8JsonWriter writer, QueueSnapshot queue)
    {
        writer.WriteStartObject();
        writer.WriteNumber("slots"u8, queue.Slots);
        writer.WriteNumber("busy"u8, queue.Busy);
        writer.WriteNumber("free"u8, queue.Slots - queue.Busy);
        writer.WriteNumber("waiting"u8, queue.Waiting.Values.Sum());
        writer.WriteStartArray("lanes"u8);
        foreach (var (lane, waiting) in queue.Waiting.OrderBy(l => l.Key))
        {
            writer.WriteStartObject();
            writer.WriteString("lane"u8, lane.ToString().ToLowerInvariant());
            writer.WriteNumber("waiting"u8, waiting);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteWorkers(Utf8JsonWriter writer, QueueSnapshot queue)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("workers"u8);
        writer.WriteStartObject();
        writer.WriteString("id"u8, queue.Worker.Id);
        writer.WriteString("host"u8, queue.Worker.Host);
        writer.WriteNumber("process"u8, queue.Worker.Process);
        writer.WriteNumber("slots"u8, queue.Slots);
        writer.WriteNumber("busy"u8, queue.Busy);
        writer.WriteStartArray("running"u8);
        foreach (var work in queue.Running)
        {
            writer.WriteStartObject();
            writer.WriteString("executionId"u8, work.ExecutionId);
            writer.WriteString("stage"u8, work.Stage);
            writer.WriteString("type"u8, work.Type);
            writer.WriteNumber("attempt"u8, work.Attempt);
            writer.WriteNumber("since"u8, work.Since.ToUnixTimeMilliseconds());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
