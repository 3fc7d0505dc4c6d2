using System.CommandLine;

namespace Sightglass.Cli.Commands;

/// <summary>A verb of the command line.</summary>
/// <param name="Name">What is typed.</param>
/// <param name="Place">Where it works.</param>
/// <param name="Create">What builds it.</param>
/// <param name="Examples">What its help shows.</param>
internal sealed record Verb(string Name, VerbPlace Place, Func<Command> Create, string Examples);
