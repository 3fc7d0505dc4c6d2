using Microsoft.Extensions.Logging;

namespace Sightglass.Server;

internal static partial class ServerLog
{
    [LoggerMessage(2001, LogLevel.Information, "Listening on {Addresses}")]
    public static partial void Listening(ILogger logger, string addresses);

    [LoggerMessage(2002, LogLevel.Error, "The request {Method} {Path} failed")]
    public static partial void RequestFailed(ILogger logger, string method, string path, Exception error);

    [LoggerMessage(2003, LogLevel.Information, "A viewer of {ExecutionId} read too slowly and was closed at {Seq}")]
    public static partial void ViewerLagging(ILogger logger, Guid executionId, long seq);

    [LoggerMessage(2004, LogLevel.Warning, "The log of {ExecutionId} cannot be followed for now; its viewers wait, or come back")]
    public static partial void FollowFailed(ILogger logger, Guid executionId, Exception error);

    [LoggerMessage(2010, LogLevel.Error, "{Count} entries of the audit log could not be kept")]
    public static partial void AuditFailed(ILogger logger, int count, Exception error);

    [LoggerMessage(2020, LogLevel.Information, "The certificate was renewed; it is good until {End}")]
    public static partial void CertificateRenewed(ILogger logger, string end);

    [LoggerMessage(2021, LogLevel.Warning, "The certificate has changed and cannot be used; the one before stays: {Why}")]
    public static partial void CertificateUnusable(ILogger logger, string why);

    [LoggerMessage(2022, LogLevel.Warning, "The certificate in {Path} {What}")]
    public static partial void CertificateTime(ILogger logger, string path, string what);
}
