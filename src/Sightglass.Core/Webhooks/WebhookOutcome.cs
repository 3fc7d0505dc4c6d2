namespace Sightglass.Core.Webhooks;

/// <summary>How one attempt at a delivery ended.</summary>
/// <param name="Code">A stable code: <c>ok</c>, or why it failed.</param>
/// <param name="Message">One sentence for people; nothing of the answer's body.</param>
/// <param name="IsFinal">Whether another attempt could not end otherwise.</param>
/// <param name="RetryAfter">How long the receiver asks to wait.</param>
internal sealed record WebhookOutcome(string Code, string Message, bool IsFinal = false, TimeSpan? RetryAfter = null)
{
    public static WebhookOutcome Accepted { get; } = new("ok", "Accepted.");

    public bool IsAccepted => Code == "ok";
}
