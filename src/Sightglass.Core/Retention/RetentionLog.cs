using Microsoft.Extensions.Logging;

namespace Sightglass.Core.Retention;

internal static partial class RetentionLog
{
    [LoggerMessage(1101, LogLevel.Information, "Retention deleted {Count} executions.")]
    public static partial void Deleted(ILogger logger, int count);

    [LoggerMessage(1102, LogLevel.Warning, "Retention could not delete what may go; it tries again.")]
    public static partial void Failed(ILogger logger, Exception e);
}
