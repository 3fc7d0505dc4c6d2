namespace Sightglass.Core.Definitions;

/// <summary>What every check works on.</summary>
internal sealed class Check(PipelineDefinition definition, DefinitionReadOptions options, ProblemList problems, SourceMap map)
{
    private int _comparisons;
    private readonly Lazy<HashSet<string>> _ids = new(() => [.. definition.Stages.Select(stage => stage.Id).Where(id => id.Length > 0)]);

    public PipelineDefinition Definition { get; } = definition;

    public DefinitionReadOptions Options { get; } = options;

    public IReadOnlySet<string> StageIds => _ids.Value;

    public bool Suggests => problems.Suggests;

    /// <summary>Gets the expressions of each stage, by its place.</summary>
    public IReadOnlyList<IReadOnlyList<ParsedExpression>> Expressions { get; } = [.. definition.Stages.Select(ParsedExpression.AllOf)];

    public static string Stage(int index) => SourcePath.Join("stages", index);

    public bool IsBroken(string path) => problems.IsBroken(path);

    public void Error(string code, string path, string message, string? suggestion = null) => Add(code, path, message, suggestion, ProblemSeverity.Error);

    public void Warning(string code, string path, string message, string? suggestion = null) => Add(code, path, message, suggestion, ProblemSeverity.Warning);

    /// <summary>Reports something at a place inside a text.</summary>
    public void ErrorAt(string code, string path, int line, int column, string message, string? suggestion = null)
    {
        if (problems.IsFull || problems.IsBroken(path)) return;
        var (fileLine, fileColumn) = map.Find(path, line, column);
        problems.Add(code, message, suggestion, path, fileLine, fileColumn);
    }

    /// <summary>Suggests the nearest name, while that still pays.</summary>
    public string? Suggest(string word, IEnumerable<string> candidates)
    {
        if (!problems.Suggests || _comparisons > DefinitionLimits.Comparisons) return null;
        return Nearest.Phrase(word, candidates.Select(candidate =>
        {
            _comparisons++;
            return candidate;
        }));
    }

    private void Add(string code, string path, string message, string? suggestion, ProblemSeverity severity)
    {
        // What is broken was told of already; all that follows from it is noise.
        if (problems.IsFull || problems.IsBroken(path)) return;
        var (line, column) = map.Find(path);
        problems.Add(code, message, suggestion, path, line, column, severity);
    }
}
