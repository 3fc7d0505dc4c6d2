using Microsoft.AspNetCore.Http;
using Sightglass.Core.Definitions;
using Sightglass.Server.Errors;
using Sightglass.Server.Requests;

namespace Sightglass.Server.Pipelines;

/// <summary>Writes and deletes files of the pipelines folder, one at a time. What it writes is whole or not there: a reader
/// of the folder never sees half a file.</summary>
internal sealed class PipelineEditor(PipelineCatalog pipelines) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Puts a file in place, where the client knows what it replaces.</summary>
    /// <param name="id">The pipeline.</param>
    /// <param name="organization">Whose it is.</param>
    /// <param name="content">The file, already found right.</param>
    /// <param name="isJson">Whether a new file is JSON.</param>
    /// <param name="request">Its If-Match and If-None-Match.</param>
    /// <param name="cancellationToken">Ends it before anything is written.</param>
    /// <returns>Whether the file is new, or why nothing was written.</returns>
    public async Task<(bool IsNew, ApiProblem? Problem)> WriteAsync(string id, string organization, ReadOnlyMemory<byte> content, bool isJson, HttpRequest request, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var entry = pipelines.Find(id, organization);
            if (await RefuseAsync(entry, request, isDeletion: false, cancellationToken).ConfigureAwait(false) is { } problem) return (false, problem);
            var path = entry?.FullPath ?? NewPath(id, organization, isJson);
            if (entry is null && File.Exists(path)) return (false, new ApiProblem(409, "file_exists", $"There is a file '{Path.GetFileName(path)}' already, of another pipeline; choose another id."));
            Replace(path, content.Span);
            await pipelines.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
            return (entry is null, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (false, new ApiProblem(409, "file_unwritable", "The file cannot be written: " + e.Message));
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Deletes a file, where the client knows what it deletes.</summary>
    /// <returns>Why nothing was deleted; nothing where it was.</returns>
    public async Task<ApiProblem?> DeleteAsync(PipelineEntry entry, HttpRequest request, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (await RefuseAsync(entry, request, isDeletion: true, cancellationToken).ConfigureAwait(false) is { } problem) return problem;
            File.Delete(entry.FullPath);
            await pipelines.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new ApiProblem(409, "file_unwritable", "The file cannot be deleted: " + e.Message);
        }
        finally
        {
            _writing.Release();
        }
    }

    public void Dispose() => _writing.Dispose();

    /// <summary>Gives the name that a file has, or would have.</summary>
    public string NameOf(string id, string organization, bool isJson) =>
        pipelines.Find(id, organization)?.File ?? Path.GetRelativePath(pipelines.Folder, NewPath(id, organization, isJson)).Replace('\\', '/');

    // An id has no character that means anything in a path, and an organisation's folder begins with @: neither leads out of the folder.
    private string NewPath(string id, string organization, bool isJson)
    {
        var folder = organization == "default" ? pipelines.Folder : Path.Combine(pipelines.Folder, "@" + organization);
        var path = Path.GetFullPath(Path.Combine(folder, id + (isJson ? ".json" : ".yaml")));
        return path.StartsWith(pipelines.Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : throw new InvalidOperationException($"'{organization}' and '{id}' lead out of the folder.");
    }

    private static async Task<ApiProblem?> RefuseAsync(PipelineEntry? entry, HttpRequest request, bool isDeletion, CancellationToken cancellationToken)
    {
        var (match, noneMatch) = (request.Headers.IfMatch.ToString(), request.Headers.IfNoneMatch.ToString());
        if (entry is null) return match.Length == 0 ? null : Changed("There is no such pipeline any more; leave If-Match out to create it.");
        if (noneMatch.Length > 0) return Changed("There is such a pipeline already; name what you replace by If-Match.");
        var (file, problem) = await PipelineFile.ReadAsync(entry, cancellationToken).ConfigureAwait(false);
        if (problem is not null && match.Trim() != "*") return problem;
        if (match.Length > 0) return match.Trim() == "*" || EntityTag.Contains(match, file!.Tag) ? null : Changed("The file has changed since you read it; read it again and make your change there.");
        return isDeletion ? null : new ApiProblem(428, "precondition_required", "Say what you replace: If-Match with the ETag that you read, or * for whatever is there.");
    }

    private static ApiProblem Changed(string detail) => new(412, "precondition_failed", detail);

    private static void Replace(string path, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // Beside the file, so that the move stays within one file system; hidden, so that no reader of the folder takes it.
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetRandomFileName()}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
