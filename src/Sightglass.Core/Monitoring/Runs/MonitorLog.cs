using Microsoft.Extensions.Logging;

namespace Sightglass.Core.Monitoring.Runs;

internal static partial class MonitorLog
{
    [LoggerMessage(3001, LogLevel.Warning, "Events of run {Run} could not be stored yet; they are tried again each second.")]
    public static partial void StoreFailed(ILogger logger, Guid run, Exception e);

    [LoggerMessage(3002, LogLevel.Error, "The log of run {Run} belongs to somebody else now ({Status}); nothing more is recorded of it.")]
    public static partial void Lost(ILogger logger, Guid run, string status);

    [LoggerMessage(3003, LogLevel.Error, "The monitor was closed before the store took everything that was reported.")]
    public static partial void GivenUp(ILogger logger, Exception e);

    [LoggerMessage(3004, LogLevel.Warning, "What was reported to {Path} could not be delivered yet ({Why}); it is sent again.")]
    public static partial void ServerAway(ILogger logger, string path, string why);
}
