namespace Sightglass.Core.Webhooks;

/// <summary>What a block of the log holds for webhooks.</summary>
/// <param name="Position">The block's position.</param>
/// <param name="Deliveries">The messages.</param>
/// <param name="Ends">How many turns of the execution end in it.</param>
internal sealed record WebhookBlock(long Position, IReadOnlyList<WebhookDelivery> Deliveries, int Ends)
{
    public Guid ExecutionId { get; init; }
}
