using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;

namespace Sightglass.Server.Streaming;

/// <summary><c>PUT /api/config/flags</c>: turns streaming to browsers on and off while the server runs.</summary>
internal static class FlagEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext server) =>
        routes.MapPut("/api/config/flags", context => TurnAsync(context, server))
            .Needs(Role.Admin)
            .Describe("setFlags", Tags.Server, "Turn streaming on or off", d => d
                .Says("It is kept: the next start of the server goes by it, unless its environment says otherwise. Off, streams of server-sent events are refused with 503 streaming_disabled, those that are open are sent away, and pages poll.")
                .Body("Flags")
                .Gives("Flags", "How it stands now.")
                .Fails(400, "invalid_request"));

    /// <summary>Writes how the flags stand.</summary>
    public static void Write(Utf8JsonWriter writer, StreamingSwitch flag)
    {
        writer.WriteStartObject();
        writer.WriteBoolean(StreamingSwitch.Name, flag.IsOn);
        writer.WriteEndObject();
    }

    private static async Task TurnAsync(HttpContext context, ServerContext server)
    {
        var (body, problem) = await JsonBody.ReadAsync(context, server.Options.MaxRequestBytes).ConfigureAwait(false);
        if (problem is null && !(body.TryGetProperty(StreamingSwitch.Name, out var given) && (given.ValueKind is JsonValueKind.True or JsonValueKind.False)))
            problem = ApiProblem.BadRequest("invalid_request", $"'{StreamingSwitch.Name}' has to be true or false.");
        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
            return;
        }

        // Whoever streams now is woken to hear of it.
        if (await server.Switch.TurnAsync(body.GetProperty(StreamingSwitch.Name).GetBoolean(), context.RequestAborted).ConfigureAwait(false)) server.Streams.Signal();
        await JsonAnswer.WriteAsync(context, server.Switch, Write).ConfigureAwait(false);
    }
}
