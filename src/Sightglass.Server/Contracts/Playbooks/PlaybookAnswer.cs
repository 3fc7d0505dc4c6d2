using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Contracts.Playbooks;

/// <summary>The envelope of that API: <c>{"success":true,"data":…}</c>, or <c>{"success":false,"error":{"code","message"}}</c>.</summary>
internal static class PlaybookAnswer
{
    public static ReadOnlyMemory<byte> Of(Action<Utf8JsonWriter> data) => ContractJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("success"u8, true);
        writer.WritePropertyName("data"u8);
        data(writer);
        writer.WriteEndObject();
    });

    public static Task NotFoundAsync(HttpContext context) => RefuseAsync(context, 404, "NOT_FOUND", "There is no such run.");

    /// <summary>Refuses who may not. Whoever is in no organisation is told that, whatever was asked for.</summary>
    public static Task RefuseAsync(HttpContext context, ApiProblem problem) => context.FindCaller() switch
    {
        { Role: Role.None, Grants.Count: 0 } => RefuseAsync(context, 403, "NO_ORG_ACCESS", "You are in no organisation that has runs; ask an admin for a role."),
        _ when problem.Status is 404 or 410 => NotFoundAsync(context),
        _ => RefuseAsync(context, problem.Status, problem.Status switch { 401 => "UNAUTHORIZED", 403 => "NO_ORG_ACCESS", _ => "INTERNAL_ERROR" }, problem.Detail),
    };

    public static Task RefuseAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return JsonAnswer.WriteAsync(context, ContractJson.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("success"u8, false);
            writer.WriteStartObject("error"u8);
            writer.WriteString("code"u8, code);
            writer.WriteString("message"u8, message);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }));
    }
}
