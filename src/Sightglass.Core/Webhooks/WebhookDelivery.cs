using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sightglass.Core.Webhooks;

/// <summary>One message to one receiver, as it is stored until it is accepted or given up. Secrets are named in it, not held.</summary>
public sealed record WebhookDelivery
{
    /// <summary>Gets the id, the same for every attempt: it follows from the event and the webhook.</summary>
    public required string Id { get; init; }

    /// <summary>Gets the execution.</summary>
    public required Guid ExecutionId { get; init; }

    /// <summary>Gets the type of the event, such as <c>execution.completed</c>.</summary>
    public required string Event { get; init; }

    /// <summary>Gets the address as its author wrote it.</summary>
    public required string Url { get; init; }

    /// <summary>Gets the headers as their author wrote them.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Gets the key of the signature as its author wrote it.</summary>
    public string? Secret { get; init; }

    /// <summary>Gets the body, JSON.</summary>
    public required string Body { get; init; }

    /// <summary>Gets when it was found in the log.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Gets how often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>Gets when it is tried next, or was given up.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Gets why the last attempt failed, or why it was given up: a stable code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Gets the same in a sentence.</summary>
    public string? Error { get; init; }

    internal static WebhookDelivery? Read(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, WebhookJson.Default.WebhookDelivery);

    internal byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, WebhookJson.Default.WebhookDelivery);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WebhookDelivery))]
internal sealed partial class WebhookJson : JsonSerializerContext;
