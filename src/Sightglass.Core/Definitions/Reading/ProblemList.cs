namespace Sightglass.Core.Definitions;

/// <summary>Collects problems up to a limit, in the order found.</summary>
internal sealed class ProblemList(string file)
{
    private readonly List<Problem> _problems = [];
    private readonly HashSet<string> _broken = new(StringComparer.Ordinal);
    private int _left = DefinitionLimits.Problems;

    public string File { get; } = file;

    /// <summary>Gets whether looking for the nearest name still pays: distances cost time, and nobody reads the hundredth.</summary>
    public bool Suggests => _problems.Count < 50;

    public bool HasErrors { get; private set; }

    /// <summary>Gets whether no more are listed, so that their places need not be found.</summary>
    public bool IsFull => _left == 0;

    public void Add(string code, string message, string? suggestion, string path, int line, int column, ProblemSeverity severity = ProblemSeverity.Error)
    {
        if (severity == ProblemSeverity.Error) HasErrors = true;
        if (_left == 0) return;
        if (--_left == 0)
        {
            _problems.Add(new Problem(ProblemCodes.TooManyProblems, ProblemSeverity.Error, "there are more problems than are listed here", "solve the first ones", File, line, column, ""));
            return;
        }

        _problems.Add(new Problem(code, severity, message, suggestion, File, line, column, path));
    }

    /// <summary>Notes that the value at a path could not be taken over, so that nothing more is said about it.</summary>
    public void MarkBroken(string path) => _broken.Add(path);

    public bool IsBroken(string path)
    {
        if (_broken.Count == 0) return false;
        for (var end = path.Length; end >= 0; end = end == 0 ? -1 : path.LastIndexOfAny(['.', '[', '/'], end - 1))
        {
            if (_broken.Contains(path[..end])) return true;
        }

        return false;
    }

    /// <summary>Gives the problems in the order of the file.</summary>
    public IReadOnlyList<Problem> ToSorted() => [.. _problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];
}
