using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Executions;
using Sightglass.Core.Ports;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Overview;

/// <summary><c>GET /api/overview</c>: what runs, what failed last, and how the last day went.</summary>
internal static class OverviewEndpoint
{
    private const int Shown = 10;

    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapGet("/api/overview", context => ReadAsync(context, server))
            .Needs(Role.Viewer).Narrowed()
            .Describe("getOverview", Tags.Executions, "What runs, what failed last, how the last day went", d => d
                .ChecksQuery()
                .Says($"Children of executions are left out, as in lists. Executions are counted up to {ServerLimits.MaxOverviewCount:N0} of a status; where there are more, and for durations, the newest {ServerLimits.OverviewSample} stand for all.")
                .Gives("Overview", "The overview."));

    private static async Task ReadAsync(HttpContext context, ServerContext server)
    {
        var caller = context.Caller();
        var now = server.Time.GetUtcNow();
        var day = new ExecutionQuery { CreatedFrom = now - ServerLimits.OverviewTime, Limit = 1, CountUpTo = ServerLimits.MaxOverviewCount };
        var overview = new Seen(
            day.CreatedFrom.Value,
            await ListAsync(new ExecutionQuery { Statuses = [ExecutionStatus.Running], Limit = Shown, CountUpTo = ServerLimits.MaxOverviewCount }).ConfigureAwait(false),
            await CountAsync(ExecutionStatus.Queued, day with { CreatedFrom = null }).ConfigureAwait(false),
            await CountAsync(ExecutionStatus.Paused, day with { CreatedFrom = null }).ConfigureAwait(false),
            await ListAsync(new ExecutionQuery { Statuses = [ExecutionStatus.Failed], Limit = Shown }).ConfigureAwait(false),
            await ListAsync(day with { Statuses = [ExecutionStatus.Completed, ExecutionStatus.Failed], Limit = ServerLimits.OverviewSample, CountUpTo = 0 }).ConfigureAwait(false),
            await CountAsync(ExecutionStatus.Completed, day).ConfigureAwait(false),
            await CountAsync(ExecutionStatus.Failed, day).ConfigureAwait(false),
            await CountAsync(ExecutionStatus.Cancelled, day).ConfigureAwait(false));
        await JsonAnswer.WriteAsync(context, overview, Write).ConfigureAwait(false);

        ValueTask<ExecutionPage> ListAsync(ExecutionQuery query) => server.Engine.Store.ListAsync(caller.Narrow(query), context.RequestAborted);

        async ValueTask<int> CountAsync(ExecutionStatus status, ExecutionQuery query) => (await ListAsync(query with { Statuses = [status] }).ConfigureAwait(false)).Total!.Value;
    }

    private static void Write(Utf8JsonWriter writer, Seen seen)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("running"u8);
        WriteCount(writer, "count"u8, seen.Running.Total!.Value);
        ListItemJson.WriteArray(writer, seen.Running.Items);
        writer.WriteEndObject();
        WriteCount(writer, "queued"u8, seen.Queued);
        WriteCount(writer, "paused"u8, seen.Paused);
        writer.WriteStartObject("failed"u8);
        ListItemJson.WriteArray(writer, seen.LastFailed.Items);
        writer.WriteEndObject();
        writer.WriteStartObject("lastDay"u8);
        writer.WriteNumber("from"u8, seen.From.ToUnixTimeMilliseconds());
        WriteCount(writer, "completed"u8, seen.Completed);
        WriteCount(writer, "failed"u8, seen.Failed);
        WriteCount(writer, "cancelled"u8, seen.Cancelled);
        writer.WriteBoolean("isBound"u8, IsBound(seen.Completed) || IsBound(seen.Failed) || IsBound(seen.Cancelled));
        var sample = seen.Sample.Items.Select(item => PastResults.Of(item.Summary)).ToList();
        if (SuccessRate(seen, sample) is { } rate) writer.WriteNumber("successRate"u8, rate);
        else writer.WriteNull("successRate"u8);
        writer.WritePropertyName("durations"u8);
        if (Durations.Of(sample) is { } durations)
        {
            writer.WriteStartObject();
            writer.WriteNumber("of"u8, durations.Count);
            writer.WriteNumber("p50"u8, durations.Quantile(0.5));
            writer.WriteNumber("p95"u8, durations.Quantile(0.95));
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteCount(Utf8JsonWriter writer, ReadOnlySpan<byte> name, int count) => writer.WriteNumber(name, Math.Min(count, ServerLimits.MaxOverviewCount));

    private static bool IsBound(int count) => count > ServerLimits.MaxOverviewCount;

    private static double? SuccessRate(Seen seen, List<PastResult> sample)
    {
        var (completed, failed) = (seen.Completed, seen.Failed);
        if (IsBound(completed) || IsBound(failed)) (completed, failed) = (sample.Count(result => result.Status == ExecutionStatus.Completed), sample.Count(result => result.Status == ExecutionStatus.Failed));
        return completed + failed == 0 ? null : (double)completed / (completed + failed);
    }

    /// <summary>What was read.</summary>
    private sealed record Seen(DateTimeOffset From, ExecutionPage Running, int Queued, int Paused, ExecutionPage LastFailed, ExecutionPage Sample, int Completed, int Failed, int Cancelled);
}
