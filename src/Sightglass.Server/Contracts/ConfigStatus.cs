using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.OpenApi;
using Sightglass.Server.Streaming;

namespace Sightglass.Server.Contracts;

/// <summary>What existing front ends ask before they start, and whether the server answers at all.</summary>
internal static class ConfigStatus
{
    private static readonly ReadOnlyMemory<byte> Health = """{"status":"ok"}"""u8.ToArray();

    public static void Map(IEndpointRouteBuilder routes, ServerContext server)
    {
        routes.MapGet("/api/config/status", context => JsonAnswer.WriteAsync(context, server, Write))
            .Needs(Role.Viewer).Narrowed()
            .Describe("getConfigStatus", Tags.Server, "What clients ask before they start", d => d.Gives("ConfigStatus", "What the server can do, and whether its store takes commits."));
        routes.MapGet("/healthz", static context => JsonAnswer.WriteAsync(context, Health))
            .Open()
            .Describe("getHealth", Tags.Server, "Whether the server answers", d => d.Gives("Health", "It does."));
    }

    private static void Write(Utf8JsonWriter writer, ServerContext server)
    {
        var trouble = server.Engine.StoreTrouble;
        writer.WriteStartObject();
        writer.WriteBoolean("hasApiKey"u8, true);
        writer.WritePropertyName("flags"u8);
        FlagEndpoint.Write(writer, server.Switch);
        writer.WriteStartObject("cliTools"u8);
        foreach (var tool in (ReadOnlySpan<string>)["claude", "opencode", "aider"])
        {
            writer.WriteStartObject(tool);
            writer.WriteBoolean("available"u8, false);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        if (server.Options.TraceUrl is { } traces) writer.WriteString("traceUrl"u8, traces);
        writer.WriteStartObject("store"u8);
        writer.WriteBoolean("ok"u8, trouble is null);
        if (trouble is not null)
        {
            writer.WriteString("code"u8, trouble.Code);
            writer.WriteString("message"u8, trouble.Message);
            writer.WriteNumber("since"u8, trouble.Since.ToUnixTimeMilliseconds());
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
