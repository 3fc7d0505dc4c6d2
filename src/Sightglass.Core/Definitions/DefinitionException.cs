namespace Sightglass.Core.Definitions;

/// <summary>A definition built in C# has problems.</summary>
public sealed class DefinitionException : Exception
{
    /// <summary>Lists the problems.</summary>
    public DefinitionException(IReadOnlyList<Problem> problems)
        : base("The pipeline cannot be built:\n" + string.Join('\n', problems.Select(problem => "  " + problem)))
    {
        Problems = problems;
    }

    /// <summary>Gets every problem.</summary>
    public IReadOnlyList<Problem> Problems { get; }
}
