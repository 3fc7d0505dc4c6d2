using Sightglass.Core.Definitions;
using Sightglass.Server.Errors;
using Sightglass.Server.Requests;

namespace Sightglass.Server.Pipelines;

/// <summary>A file of a pipeline as it stands on disk.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Tag">What clients name this content by.</param>
internal sealed record PipelineFile(byte[] Content, string Tag)
{
    /// <summary>Reads the file of an entry, or says why that cannot be done.</summary>
    public static async Task<(PipelineFile? File, ApiProblem? Problem)> ReadAsync(PipelineEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = new FileStream(entry.FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > ServerLimits.MaxFileBytes) return (null, new ApiProblem(409, "file_too_large", $"The file has more than {ServerLimits.MaxFileBytes:N0} bytes."));
            var content = new byte[stream.Length];
            content = content[..await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false)];
            return (new PipelineFile(content, EntityTag.Of(content)), null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, new ApiProblem(409, "file_unreadable", "The file cannot be read now: " + e.Message));
        }
    }
}
