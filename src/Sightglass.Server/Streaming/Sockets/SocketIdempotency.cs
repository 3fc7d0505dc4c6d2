using System.Buffers;
using System.Text.Json;
using Sightglass.Core.Scheduling;
using Sightglass.Server.Access;
using Sightglass.Server.Errors;
using Sightglass.Server.Executions;

namespace Sightglass.Server.Streaming.Sockets;

/// <summary>The <c>idempotencyKey</c> of a command over a socket: what <c>Idempotency-Key</c> is to a request.</summary>
internal static class SocketIdempotency
{
    /// <summary>Reads the key; none where there is none.</summary>
    public static (IdempotencyKey? Key, ApiProblem? Problem) Read(SocketMessage message, CommandBody body, Caller caller)
    {
        if (!message.Json.TryGetProperty("idempotencyKey", out var given) || given.ValueKind == JsonValueKind.Null) return (null, null);
        var key = message.Text("idempotencyKey");
        if (!IdempotencyKey.IsValid(key))
            return (null, ApiProblem.BadRequest("idempotency_key_invalid", $"'idempotencyKey' is a text of 1 to {IdempotencyKey.MaxLength} characters; a random UUID is best."));

        // Without the ref: a command that is sent again has another.
        var bytes = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(bytes, JsonAnswer.Options))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(body.Stage);
            writer.WriteStringValue(body.Comment);
            writer.WriteStringValue(body.Reason);
            writer.WriteEndArray();
        }

        return (new IdempotencyKey { Key = key!, Caller = caller.By, Organization = caller.Organization, Body = bytes.WrittenSpan.ToArray() }, null);
    }
}
