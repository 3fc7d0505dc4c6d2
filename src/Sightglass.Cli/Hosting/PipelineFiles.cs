using Sightglass.Cli.Commands;
using Sightglass.Core.Definitions;
using Sightglass.Core.Stages.Secrets;

namespace Sightglass.Cli.Hosting;

/// <summary>Finds pipelines by file or id without a watcher: a short command reads only what it needs.</summary>
internal sealed class PipelineFiles(string? folder, SecretSource? secrets)
{
    private static readonly string[] Endings = [".yaml", ".yml", ".json"];

    private readonly Dictionary<string, DefinitionReadResult> _read = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DefinitionReadResult> _peeked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _paths = new(StringComparer.Ordinal);
    private readonly List<string> _folders = folder is null ? [] : [folder];

    /// <summary>Gets the folder that pipelines are looked up in: what is given, else <c>./pipelines</c>, else <c>./samples</c>.</summary>
    public static string? FolderOf(string? given)
    {
        if (given is not null)
            return Directory.Exists(given) ? Path.GetFullPath(given) : throw new CommandRefusedException(ExitCodes.Invalid, $"The folder of pipelines '{given}' does not exist; create it or name another with --pipelines.");
        foreach (var usual in (string[])["pipelines", "samples"])
        {
            if (Directory.Exists(usual)) return Path.GetFullPath(usual);
        }

        return null;
    }

    public static bool IsPipelineFile(string path) => Endings.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>Lists the pipeline files of the folder of pipelines and of those below it, as a server does. Beside a file
    /// that was named, which may lie in anybody's home, only its neighbours count.</summary>
    private IEnumerable<string> FilesOf(string searched) => searched == folder
        ? PipelineFolder.Files(searched)
        : Directory.EnumerateFiles(searched).Where(IsPipelineFile).Take(CliLimits.MaxNeighbours).Order(StringComparer.Ordinal);

    /// <summary>Finds the file that the user means by a path or an id.</summary>
    public string Locate(string fileOrId)
    {
        if (File.Exists(fileOrId)) return Path.GetFullPath(fileOrId);
        if (Directory.Exists(fileOrId) && fileOrId.Contains(Path.DirectorySeparatorChar))
            throw new CommandRefusedException(ExitCodes.Invalid, $"'{fileOrId}' is a folder; name one pipeline file in it.");
        if (IsPipelineFile(fileOrId) || fileOrId.Contains(Path.DirectorySeparatorChar))
            throw new CommandRefusedException(ExitCodes.NotFound, $"There is no file '{fileOrId}'.");
        if (PathOfId(fileOrId) is { } path) return path;
        var place = _folders.Count == 0 ? "there is no folder ./pipelines or ./samples to look for its id in" : $"no pipeline in {_folders[0]} has this id";
        throw new CommandRefusedException(ExitCodes.NotFound, $"There is no file '{fileOrId}', and {place}.");
    }

    /// <summary>Reads and checks a file; other pipelines are looked for beside it and in the folder.</summary>
    public DefinitionReadResult Read(string path)
    {
        path = Path.GetFullPath(path);
        if (_read.TryGetValue(path, out var known)) return known;
        if (Path.GetDirectoryName(path) is { } beside && !_folders.Contains(beside))
        {
            _folders.Insert(0, beside);
            _paths.Clear();
        }

        byte[] bytes;
        try
        {
            bytes = PipelineFolder.ReadBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(ExitCodes.Invalid, $"'{path}' cannot be read: {error.Message}", error);
        }

        return _read[path] = DefinitionReader.Read(bytes, Shown(path), Options(bytes));
    }

    /// <summary>Finds a valid pipeline by its id.</summary>
    public PipelineDefinition? Find(string id) => PathOfId(id) is { } path && Read(path) is { IsValid: true, Definition: { } found } ? found : null;

    /// <summary>The path as the user would type it.</summary>
    public static string Shown(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private DefinitionReadOptions Options(byte[] bytes)
    {
        var options = new DefinitionReadOptions { HasSecret = secrets is null ? null : name => secrets.TryGet(name, out _) };

        // Only a file with a stage that calls another needs to know its neighbours, which all have to be read for that.
        return bytes.AsSpan().IndexOf("pipeline:"u8) < 0 && bytes.AsSpan().IndexOf("\"pipeline\""u8) < 0
            ? options
            : options with { PipelineIds = Ids(), FindPipeline = DefinitionOf };
    }

    private List<string> Ids() => [.. _folders.SelectMany(FilesOf).Select(p => IdOf(p)).OfType<string>().Distinct(StringComparer.Ordinal)];

    private PipelineDefinition? DefinitionOf(string id) => PathOfId(id) is { } path ? Peek(path).Definition : null;

    private string? PathOfId(string id)
    {
        if (_paths.TryGetValue(id, out var known)) return known;
        string? found = null;
        foreach (var folder in _folders)
        {
            // A file that is named after its id saves reading the others.
            found ??= Endings.Select(e => Path.Combine(folder, id + e)).FirstOrDefault(p => File.Exists(p) && IdOf(p) == id);
            found ??= FilesOf(folder).FirstOrDefault(p => IdOf(p) == id);
        }

        return _paths[id] = found;
    }

    private string? IdOf(string path) => Peek(path).Definition?.Id;

    /// <summary>Reads a file without asking whether the pipelines it calls exist, which would ask for this one again.</summary>
    private DefinitionReadResult Peek(string path)
    {
        if (_peeked.TryGetValue(path, out var known)) return known;
        try
        {
            return _peeked[path] = DefinitionReader.Read(PipelineFolder.ReadBytes(path), Path.GetFileName(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return _peeked[path] = new DefinitionReadResult(null, []);
        }
    }
}
