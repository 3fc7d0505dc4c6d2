using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;

namespace Sightglass.Server.Executions;

/// <summary>The header <c>Idempotency-Key</c>, which every POST may carry.</summary>
internal static class IdempotencyHeader
{
    private const string Name = "Idempotency-Key";

    /// <summary>Reads the header; no key where there is none.</summary>
    public static (IdempotencyKey? Key, ApiProblem? Problem) Read(HttpContext context, JsonElement body)
    {
        var values = context.Request.Headers[Name];
        if (values.Count == 0) return (null, null);
        if (values.Count > 1 || !IdempotencyKey.IsValid(values[0]))
            return (null, ApiProblem.BadRequest("idempotency_key_invalid", $"{Name} is one text of 1 to {IdempotencyKey.MaxLength} characters; a random UUID is best."));

        // The bytes as they were sent: what means the same in another spelling counts as another request.
        return (new IdempotencyKey { Key = values[0]!, Caller = context.Caller().By, Organization = context.Caller().Organization, Body = JsonMarshal.GetRawUtf8Value(body).ToArray() }, null);
    }
}
