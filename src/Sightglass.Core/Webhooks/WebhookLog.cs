using Microsoft.Extensions.Logging;

namespace Sightglass.Core.Webhooks;

internal static partial class WebhookLog
{
    [LoggerMessage(1201, LogLevel.Warning, "The delivery {Id} to {Target} was given up after {Attempts} attempts: {Reason}")]
    public static partial void GivenUp(ILogger logger, string id, string target, int attempts, string reason);

    [LoggerMessage(1202, LogLevel.Warning, "Webhooks wait for the store; nothing is lost.")]
    public static partial void StoreFailed(ILogger logger, Exception error);

    [LoggerMessage(1203, LogLevel.Error, "The events at position {Position} cannot be read for webhooks and are passed over.")]
    public static partial void Unreadable(ILogger logger, long position, Exception error);
}
