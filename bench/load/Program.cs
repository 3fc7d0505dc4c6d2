using Sightglass.Load.Store;

namespace Sightglass.Load;

/// <summary>Measures whole parts of the product. One subcommand a part.</summary>
internal static class Program
{
    private const string Help = """
        Usage: load <subcommand> [options]

          store     appends and replay of the SQLite store beside raw SQLite

        Each prints a table, or with --json one object a line. Options: load <subcommand> --help
        """;

    private static Task<int> Main(string[] args) => args switch
    {
        ["store", .. var rest] => StoreBench.RunAsync(rest, Console.Out),
        ["--help" or "-h"] => PrintHelpAsync(0),
        _ => PrintHelpAsync(2),
    };

    private static async Task<int> PrintHelpAsync(int exitCode)
    {
        await (exitCode == 0 ? Console.Out : Console.Error).WriteLineAsync(Help);
        return exitCode;
    }
}
