namespace Sightglass.Core.Definitions;

/// <summary>What counts as a pipeline in a folder, for those who read one once in place of watching it
/// (<see cref="PipelineCatalog"/>).</summary>
public static class PipelineFolder
{
    /// <summary>Lists the files below a folder that may be pipelines, as the catalog does: no hidden ones, and no link that
    /// leads out of the folder.</summary>
    /// <param name="folder">The folder; one that does not exist holds nothing.</param>
    /// <returns>Their whole paths in order, at most as many as a catalog lists.</returns>
    public static IReadOnlyList<string> Files(string folder)
    {
        var most = new PipelineCatalogOptions().MaxFiles;
        return [.. new CatalogFolder(folder, most).List().Take(most).Select(f => f.FullPath)];
    }

    /// <summary>Reads a file, at most one byte more than a pipeline may have, which is enough for its refusal.</summary>
    /// <param name="path">The file, or a link to it. Of pipes and devices nothing is read: opening one may wait for ever.</param>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not for this user.</exception>
    public static byte[] ReadBytes(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new FileNotFoundException("there is no such file");
        return ReadBytes(path, (file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file).Length);
    }

    /// <summary>Tells whether a file is a pipeline at all: folders hold JSON for other programs.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="result">What was read of it.</param>
    public static bool IsPipeline(string file, DefinitionReadResult result) => !file.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
        || !result.Problems.Any(problem => problem is { Code: ProblemCodes.Missing, Path: "stages", Line: > 0 } && result.Definition!.Stages.Count == 0
            && result.Problems.All(other => other.Code is ProblemCodes.Missing or ProblemCodes.UnknownKey));

    internal static byte[] ReadBytes(string path, long length)
    {
        if (length == 0) return [];
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        var bytes = new byte[Math.Min(length, DefinitionLimits.FileBytes) + 1];
        var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..count];
    }
}
