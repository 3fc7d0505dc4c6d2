using Microsoft.Extensions.Logging;

namespace Sightglass.Core.Scheduling;

internal static partial class EngineLog
{
    [LoggerMessage(1001, LogLevel.Error, "Execution {Id} is parked: the rules failed on it. Its log is as it was.")]
    public static partial void Parked(ILogger logger, Guid id, Exception e);

    [LoggerMessage(1002, LogLevel.Debug, "The store cannot commit for execution {Id}; trying again. Nothing is lost.")]
    public static partial void StoreFailed(ILogger logger, Guid id, Exception e);

    [LoggerMessage(1007, LogLevel.Warning, "Waiting for the store: {Message} Executions wait and nothing is lost; they go on by themselves.")]
    public static partial void StoreAway(ILogger logger, string message);

    [LoggerMessage(1008, LogLevel.Warning, "The store commits again; executions go on.")]
    public static partial void StoreBack(ILogger logger);

    [LoggerMessage(1003, LogLevel.Warning, "Another process owns execution {Id} now.")]
    public static partial void Lost(ILogger logger, Guid id);

    [LoggerMessage(1004, LogLevel.Information, "Took up {Count} executions that had not ended.")]
    public static partial void Recovered(ILogger logger, int count);

    [LoggerMessage(1005, LogLevel.Error, "Execution {Id} could not be taken up.")]
    public static partial void RecoveryFailed(ILogger logger, Guid id, Exception e);

    [LoggerMessage(1009, LogLevel.Error, "Execution {Id} could not be given the slot of its concurrency group; trying again.")]
    public static partial void GrantFailed(ILogger logger, Guid id, Exception e);

    [LoggerMessage(1006, LogLevel.Error, "The child {Child} of execution {Parent} could not be started.")]
    public static partial void ChildFailed(ILogger logger, Guid parent, Guid child, Exception e);
}
