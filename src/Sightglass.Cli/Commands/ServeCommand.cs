using System.CommandLine;

namespace Sightglass.Cli.Commands;

/// <summary><c>sightglass serve</c>, which is also what happens without a verb.</summary>
internal static class ServeCommand
{
    public const string Examples = """
        sightglass run hello.yaml            run a pipeline and watch it
        """;

    public static RootCommand CreateRoot() => new("Runs pipelines and shows every execution live.");
}
