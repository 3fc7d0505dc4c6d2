using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Core.Webhooks;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Webhooks;

/// <summary>What is delivered to webhooks: recent attempts, and what was given up.</summary>
internal static class WebhookEndpoints
{
    private static readonly ApiProblem NotFound = new(404, "delivery_not_found", "No delivery of this id was given up.");

    // A command that owns a data folder for a moment delivers nothing.
    private static readonly ApiProblem NotRun = new(409, "webhooks_not_run", "Nothing delivers webhooks here; start 'sightglass serve'.");

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/webhooks", context => server.Webhooks is { } webhooks ? ListRecentAsync(context, server, webhooks) : NotRun.WriteAsync(context))
            .Needs(Role.Operator)
            .Describe("listWebhookAttempts", Tags.Webhooks, "Recent attempts to deliver", d => d
                .Gives("WebhookAttempts", "The attempts.")
                .Fails(409, "webhooks_not_run"));
        routes.MapGet("/api/webhooks/dead", context => server.Webhooks is { } webhooks ? ListDeadAsync(context, server, webhooks) : NotRun.WriteAsync(context))
            .Needs(Role.Operator)
            .Describe("listDeadDeliveries", Tags.Webhooks, "Deliveries that were given up", d => d
                .Query("limit", Constraint.Number(1, 1000, 100), "How many a page has.", "invalid_request")
                .Query("after", Constraint.Text(200, 1), "next of the page before.", "invalid_request")
                .Gives("DeadDeliveries", "A page.")
                .Fails(400, "invalid_request")
                .Fails(409, "webhooks_not_run"));
        routes.MapPost("/api/webhooks/dead/{id}/redeliver", context => OrderAsync(context, server, RedeliverAsync))
            .Needs(Role.Operator)
            .Describe("redeliver", Tags.Webhooks, "Deliver again what was given up", d => Order(d).Body("NoMembers", isRequired: false));
        routes.MapDelete("/api/webhooks/dead/{id}", context => OrderAsync(context, server, ForgetAsync))
            .Needs(Role.Operator)
            .Describe("deleteDeadDelivery", Tags.Webhooks, "Forget a delivery that was given up", d => Order(d).Fails(400, "invalid_json"));

        static RouteDescription Order(RouteDescription d) => d
            .Path("id", "Id of the delivery.")
            .Gives("DeliveryId", "It is done.")
            .Fails(404, "delivery_not_found")
            .Fails(409, "webhooks_not_run");
    }

    private static async Task ListRecentAsync(HttpContext context, ServerContext server, WebhookDispatcher webhooks)
    {
        var seen = new List<WebhookAttempt>();
        foreach (var attempt in webhooks.ListRecent())
        {
            if (await server.Scope.SeesAsync(context.Caller(), attempt.ExecutionId, context.RequestAborted).ConfigureAwait(false)) seen.Add(attempt);
        }

        await JsonAnswer.WriteAsync(context, (webhooks.Waiting, seen), static (writer, list) => WriteRecent(writer, list.Waiting, list.seen)).ConfigureAwait(false);
    }

    private static async Task ListDeadAsync(HttpContext context, ServerContext server, WebhookDispatcher webhooks)
    {
        var limit = 100;
        if (context.Request.Query.TryGetValue("limit", out var text) && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > 1000))
        {
            await ApiProblem.BadRequest("invalid_request", "limit has to be a number from 1 to 1000.").WriteAsync(context).ConfigureAwait(false);
            return;
        }

        string? after = context.Request.Query["after"];
        if (after is { Length: 0 or > 200 } || after?.Any(char.IsControl) == true)
        {
            await ApiProblem.BadRequest("invalid_request", "after has to be 'next' of the page before.").WriteAsync(context).ConfigureAwait(false);
            return;
        }

        var page = await webhooks.ListDeadAsync(after, limit, context.RequestAborted).ConfigureAwait(false);
        var seen = new List<WebhookDelivery>();
        foreach (var delivery in page.Items)
        {
            if (await server.Scope.SeesAsync(context.Caller(), delivery.ExecutionId, context.RequestAborted).ConfigureAwait(false)) seen.Add(delivery);
        }

        await JsonAnswer.WriteAsync(context, (seen, page.Next), static (writer, page) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("deliveries"u8);
            foreach (var delivery in page.seen) Write(writer, delivery);
            writer.WriteEndArray();
            writer.WriteString("next"u8, page.Next);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static Task<bool> RedeliverAsync(WebhookDispatcher webhooks, string id, CancellationToken cancellationToken) => webhooks.RedeliverAsync(id, cancellationToken);

    private static Task<bool> ForgetAsync(WebhookDispatcher webhooks, string id, CancellationToken cancellationToken) => webhooks.DeleteDeadAsync(id, cancellationToken);

    private static async Task OrderAsync(HttpContext context, ServerContext server, Func<WebhookDispatcher, string, CancellationToken, Task<bool>> order)
    {
        var (_, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        var id = (string)context.Request.RouteValues["id"]!;
        if (problem is null && server.Webhooks is null) problem = NotRun;
        if (problem is null && (!await SeesAsync(context, server, server.Webhooks!, id).ConfigureAwait(false) || !await order(server.Webhooks!, id, context.RequestAborted).ConfigureAwait(false))) problem = NotFound;
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await JsonAnswer.WriteAsync(context, id, static (writer, id) =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static async Task<bool> SeesAsync(HttpContext context, ServerContext server, WebhookDispatcher webhooks, string id) =>
        id.Length <= 200 && !id.Any(char.IsControl)
        && await webhooks.FindDeadAsync(id, context.RequestAborted).ConfigureAwait(false) is { } delivery
        && await server.Scope.SeesAsync(context.Caller(), delivery.ExecutionId, context.RequestAborted).ConfigureAwait(false);

    private static void WriteRecent(Utf8JsonWriter writer, int waiting, List<WebhookAttempt> recent)
    {
        writer.WriteStartObject();
        writer.WriteNumber("waiting"u8, waiting);
        writer.WriteStartArray("recent"u8);
        foreach (var attempt in recent)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, attempt.Id);
            writer.WriteString("executionId"u8, attempt.ExecutionId);
            writer.WriteString("event"u8, attempt.Event);
            writer.WriteString("target"u8, attempt.Target);
            writer.WriteNumber("attempt"u8, attempt.Attempt);
            writer.WriteNumber("time"u8, attempt.At.ToUnixTimeMilliseconds());
            writer.WriteNumber("duration"u8, attempt.Duration.TotalMilliseconds);
            writer.WriteString("code"u8, attempt.Code);
            writer.WriteString("message"u8, attempt.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, WebhookDelivery delivery)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, delivery.Id);
        writer.WriteString("executionId"u8, delivery.ExecutionId);
        writer.WriteString("event"u8, delivery.Event);
        writer.WriteString("url"u8, delivery.Url);
        writer.WriteNumber("createdAt"u8, delivery.CreatedAt.ToUnixTimeMilliseconds());
        writer.WriteNumber("givenUpAt"u8, delivery.At.ToUnixTimeMilliseconds());
        writer.WriteNumber("attempts"u8, delivery.Attempts);
        writer.WriteString("code"u8, delivery.ErrorCode);
        writer.WriteString("message"u8, delivery.Error);
        writer.WriteString("body"u8, delivery.Body);
        writer.WriteEndObject();
    }
}
