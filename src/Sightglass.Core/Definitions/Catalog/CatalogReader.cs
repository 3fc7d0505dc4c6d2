using System.Security.Cryptography;

namespace Sightglass.Core.Definitions;

/// <summary>Reads the files of a folder into entries, again only those that changed. Used by one scan at a time.</summary>
internal sealed class CatalogReader(string folder, PipelineCatalogOptions options, TimeProvider time)
{
    // File systems tell the time of a change by up to two seconds too coarsely to tell two changes apart.
    private static readonly TimeSpan Coarse = TimeSpan.FromSeconds(2);

    private Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>Gives the entries of all files, by path; the same list as before when nothing changed.</summary>
    public IReadOnlyList<PipelineEntry> Read(IReadOnlyList<PipelineEntry> before)
    {
        var files = new CatalogFolder(folder, options.MaxFiles).List();
        var now = time.GetUtcNow().UtcDateTime;
        var known = new Dictionary<string, Known>(files.Count, StringComparer.Ordinal);
        foreach (var file in files.Take(options.MaxFiles))
        {
            var isFresh = _known.TryGetValue(file.File, out var old) && old.File == file && old.ReadAt - file.Changed > Coarse;
            known[file.File] = isFresh ? old! : Reread(file, old, now);
        }

        _known = known;
        var entries = Resolve([.. known.Values.Where(item => item.IsListed)]);
        if (files.Count > options.MaxFiles) entries.Add(TooMany(files[options.MaxFiles]));
        return Same(before, entries) ? before : entries;
    }

    private Known Reread(CatalogFile file, Known? old, DateTime now)
    {
        try
        {
            if (file.Error is not null) throw new IOException(file.Error);
            var bytes = PipelineFolder.ReadBytes(file.FullPath, file.Length);
            return old is not null && old.Bytes.AsSpan().SequenceEqual(bytes) ? old with { File = file, ReadAt = now } : new Known(file, now, bytes, DefinitionReader.Read(bytes, file.File, options.Reading));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new Known(file, now, [], new DefinitionReadResult(null, [Problem(file, ProblemCodes.Unreadable, "the file cannot be read: " + error.Message)]));
        }
    }

    /// <summary>Checks what only the whole folder can tell: ids used twice, and pipelines that call others.</summary>
    private List<PipelineEntry> Resolve(List<Known> files)
    {
        var owners = new Dictionary<string, Known>(StringComparer.Ordinal);
        foreach (var file in files) owners.TryAdd(file.Id, file);
        var reading = options.Reading with { PipelineIds = owners.Keys, FindPipeline = id => owners.GetValueOrDefault(id)?.Result.Definition };
        var entries = new List<PipelineEntry>(files.Count);
        foreach (var file in files)
        {
            // Who calls others is read again, since what it calls may have come, changed or gone.
            var result = file.Result.Definition?.Stages.Any(stage => stage.Pipeline is not null) == true
                ? DefinitionReader.Read(file.Bytes, file.File.File, reading)
                : file.Result;
            var problems = result.Problems;
            if (!ReferenceEquals(owners[file.Id], file))
            {
                problems = [.. problems, Problem(file.File, ProblemCodes.DuplicateId, $"the id '{file.Id}' is that of '{owners[file.Id].File.File}' already", "id", "give one of them another id")];
            }

            entries.Add(new PipelineEntry { Id = file.Id, File = file.File.File, FullPath = file.File.FullPath, Definition = result.Definition, Problems = problems, Hash = file.Hash });
        }

        return entries;
    }

    private PipelineEntry TooMany(CatalogFile file) => new()
    {
        Id = DefinitionReader.IdOf(file.File),
        File = file.File,
        FullPath = file.FullPath,
        Problems = [Problem(file, ProblemCodes.TooManyFiles, $"the folder holds more than {options.MaxFiles:N0} pipelines; this one and those after it are not listed")],
    };

    private static bool Same(IReadOnlyList<PipelineEntry> left, List<PipelineEntry> right)
    {
        if (left.Count != right.Count) return false;
        for (var i = 0; i < right.Count; i++)
        {
            var (old, now) = (left[i], right[i]);
            if (old.File != now.File || old.Id != now.Id || old.Hash != now.Hash || old.FullPath != now.FullPath || !old.Problems.SequenceEqual(now.Problems)) return false;
        }

        return true;
    }

    private static Problem Problem(CatalogFile file, string code, string message, string path = "", string? suggestion = null) =>
        new(code, ProblemSeverity.Error, message, suggestion, file.File, 0, 0, path);

    private sealed record Known(CatalogFile File, DateTime ReadAt, byte[] Bytes, DefinitionReadResult Result)
    {
        public string Id { get; } = Result.Definition is { Id.Length: > 0 } definition ? definition.Id : DefinitionReader.IdOf(File.File);

        public string? Hash { get; } = Result.Definition is null ? null : "sha256:" + Convert.ToHexStringLower(SHA256.HashData(DefinitionJson.Write(Result.Definition)));

        public bool IsListed { get; } = PipelineFolder.IsPipeline(File.File, Result);
    }
}
