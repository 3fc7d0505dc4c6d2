using Microsoft.Extensions.Logging;

namespace Sightglass.Core.Scheduling.Schedules;

internal static partial class ScheduleLog
{
    [LoggerMessage(1101, LogLevel.Information, "Schedule {Key} started {Execution} for {Time}.")]
    public static partial void Started(ILogger logger, string key, Guid execution, DateTimeOffset time);

    [LoggerMessage(1102, LogLevel.Warning, "Schedule {Key} could not start anything for {Time}: {Reason}")]
    public static partial void Failed(ILogger logger, string key, DateTimeOffset time, string reason);

    [LoggerMessage(1103, LogLevel.Warning, "Schedule {Key}: {Missed} times passed while nothing could be started and are not made up for.")]
    public static partial void Missed(ILogger logger, string key, long missed);

    [LoggerMessage(1104, LogLevel.Warning, "Schedules wait for the store; nothing is lost.")]
    public static partial void StoreFailed(ILogger logger, Exception error);
}
