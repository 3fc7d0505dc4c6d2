namespace Sightglass.Core.Definitions;

/// <summary>How bad a problem is.</summary>
public enum ProblemSeverity
{
    /// <summary>The pipeline cannot run until it is solved.</summary>
    Error,

    /// <summary>The pipeline runs, perhaps not as its author thinks.</summary>
    Warning,
}

/// <summary>Something wrong with a definition or an input.</summary>
/// <param name="Code">One of <see cref="ProblemCodes"/>, for programs.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">One sentence for people.</param>
/// <param name="Suggestion">What to write instead, where that can be said.</param>
/// <param name="File">The file's name; empty for what was built in C#.</param>
/// <param name="Line">The line, from 1; 0 where there is no file.</param>
/// <param name="Column">The column in UTF-16 units, from 1; 0 where there is no file.</param>
/// <param name="Path">The member, such as <c>stages[2].retry.maxAttempts</c>; empty for the whole.</param>
public sealed record Problem(
    string Code,
    ProblemSeverity Severity,
    string Message,
    string? Suggestion,
    string File,
    int Line,
    int Column,
    string Path)
{
    /// <summary>Gives one line as compilers print it: file, position, message and suggestion.</summary>
    public override string ToString()
    {
        var place = (File, Line) switch
        {
            ("", _) => Path,
            (_, 0) => File,
            _ => $"{File}:{Line}:{Column}",
        };
        var head = place.Length == 0 ? "" : place + ": ";
        var kind = Severity == ProblemSeverity.Warning ? "warning: " : "";
        return Suggestion is null ? $"{head}{kind}{Message} [{Code}]" : $"{head}{kind}{Message} – {Suggestion} [{Code}]";
    }
}
