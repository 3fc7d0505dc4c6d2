namespace Sightglass.Core.Definitions;

/// <summary>A file that may be a pipeline.</summary>
/// <param name="File">Its path from the folder on, with <c>/</c>.</param>
/// <param name="FullPath">Its whole path.</param>
/// <param name="Length">Its length.</param>
/// <param name="Changed">When it was last written.</param>
/// <param name="Error">Why it cannot be read.</param>
internal readonly record struct CatalogFile(string File, string FullPath, long Length, DateTime Changed, string? Error = null);

/// <summary>Lists the pipeline files below a folder.</summary>
internal sealed class CatalogFolder(string folder, int maxFiles)
{
    /// <summary>Gives the files by path, at most one more than allowed, which tells that there are more.</summary>
    public List<CatalogFile> List()
    {
        var found = new List<CatalogFile>();
        var root = new DirectoryInfo(folder);
        if (!root.Exists) return found;
        var real = RealPath(root.FullName);
        var left = new Stack<(DirectoryInfo Folder, string Path, int Depth)>();
        left.Push((root, "", 0));
        while (left.TryPop(out var next) && found.Count <= maxFiles)
        {
            try
            {
                foreach (var entry in next.Folder.EnumerateFileSystemInfos())
                {
                    if (entry.Name.StartsWith('.')) continue;
                    var path = next.Path + entry.Name;
                    if (entry is DirectoryInfo child)
                    {
                        // A link to a folder may lead out of this one, or back into it.
                        if (child.LinkTarget is null && next.Depth < DefinitionLimits.FolderDepth) left.Push((child, path + "/", next.Depth + 1));
                    }
                    else if (IsPipeline(entry.Name) && Describe((FileInfo)entry, path, real) is { } file)
                    {
                        found.Add(file);
                        if (found.Count > maxFiles) break;
                    }
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // A folder that vanishes while it is listed is no problem; one that may not be read is.
                if (next.Path.Length > 0 && next.Folder.Exists) found.Add(new CatalogFile(next.Path.TrimEnd('/'), next.Folder.FullName, 0, default, error.Message));
            }
        }

        found.Sort((left, right) => string.CompareOrdinal(left.File, right.File));
        return found;
    }

    private static bool IsPipeline(string name) =>
        name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gives a file, or null where it is a link that leads out of the folder or nowhere.</summary>
    private static CatalogFile? Describe(FileInfo file, string path, string root)
    {
        if (file.LinkTarget is null) return new CatalogFile(path, file.FullName, file.Length, file.LastWriteTimeUtc);
        var target = new FileInfo(RealPath(file.FullName));
        var isInside = target.FullName.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return isInside && target.Exists ? new CatalogFile(path, target.FullName, target.Length, target.LastWriteTimeUtc) : null;
    }

    /// <summary>Follows every link on the way, not only the last as the framework does: a folder in between may lead out too.</summary>
    internal static string RealPath(string path)
    {
        for (var followed = 0; followed < 40; followed++)
        {
            var parts = Path.GetFullPath(path).Split(Path.DirectorySeparatorChar);
            var at = parts[0] + Path.DirectorySeparatorChar;
            var changed = false;
            for (var i = 1; i < parts.Length; i++)
            {
                if (parts[i].Length == 0) continue;
                var next = Path.Combine(at, parts[i]);
                if (new FileInfo(next).LinkTarget is { } target)
                {
                    path = Path.GetFullPath(Path.Combine([at, target, .. parts[(i + 1)..]]));
                    changed = true;
                    break;
                }

                at = next;
            }

            if (!changed) return at;
        }

        // A circle of links; what never ends is inside nothing.
        return Path.DirectorySeparatorChar.ToString();
    }
}
