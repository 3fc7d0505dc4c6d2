namespace Sightglass.Core.Webhooks;

/// <summary>An attempt at a delivery, as the list of recent ones shows it.</summary>
/// <param name="Id">The delivery.</param>
/// <param name="ExecutionId">The execution.</param>
/// <param name="Event">The type of the event.</param>
/// <param name="Target">Scheme, host and port; as its author wrote it where a secret is missing.</param>
/// <param name="Attempt">Which attempt it was, from 1.</param>
/// <param name="At">When it ended.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Code"><c>ok</c>, or why it failed.</param>
/// <param name="Message">The same in a sentence.</param>
public sealed record WebhookAttempt(string Id, Guid ExecutionId, string Event, string Target, int Attempt, DateTimeOffset At, TimeSpan Duration, string Code, string Message);
