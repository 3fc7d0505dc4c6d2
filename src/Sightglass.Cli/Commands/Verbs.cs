using System.CommandLine;

namespace Sightglass.Cli.Commands;

/// <summary>Every verb: its name, what builds it and what its help shows.</summary>
internal static class Verbs
{
    public static IReadOnlyList<(string Name, Func<Command> Create, string Examples)> All { get; } =
    [
        ("run", RunCommand.Create, RunCommand.Examples),
        ("validate", ValidateCommand.Create, ValidateCommand.Examples),
        ("eval", EvalCommand.Create, EvalCommand.Examples),
    ];
}
