using Sightglass.Load.Commits;
using Sightglass.Load.Engine;
using Sightglass.Load.Lists;
using Sightglass.Load.Monitoring;
using Sightglass.Load.Output;
using Sightglass.Load.Processes;
using Sightglass.Load.Scale;
using Sightglass.Load.Store;
using Sightglass.Load.Streaming;
using Sightglass.Load.Streaming.Servers;

namespace Sightglass.Load;

/// <summary>Measures whole parts of the product. One subcommand a part.</summary>
internal static class Program
{
    private const string Help = """
        Usage: load <subcommand> [options]

          commits   the slowest commits beside the usual one, and stages beside one that prints at full speed
          engine      no-op stages through the engine: in a row, 16 executions at once, 100 in parallel
          fanout      one execution printed to 1,000 viewers, and the ceiling of 100, beside a bare hub of server-sent events
          idle        what 10,000 viewers of a still execution cost in memory, beside a bare hub
          latency     how old a printed line is when 100 viewers have it
          lists       lists over HTTP with a million executions stored, a state of 10,000 stages, memory after 100,000 executions;
                      cases: create, lists, state, memory
          modes       a ten-minute execution watched by one stream, and by asking every two seconds
          monitoring  what recording costs stages that compute: by the engine and by a monitor beside a bare loop
          output      one process's standard output into the log
          processes   stages that are processes, in a row and 100 wide, beside make
          reconnect   1,000 viewers that come back at once after a restart of the server
          scale       what an event costs in executions of 100 to 10,000 stages; folding a million events
          store       appends and replay of the SQLite store beside raw SQLite

        Each prints a table, or with --json one object a line; --case NAME runs one case alone. Wrong options are answered with
        the right ones.
        """;

    private static Task<int> Main(string[] args) => args switch
    {
        ["commits", .. var rest] => CommitsBench.RunAsync(rest, Console.Out),
        ["engine", .. var rest] => EngineBench.RunAsync(rest, Console.Out),
        ["monitoring", .. var rest] => MonitoringBench.RunAsync(rest, Console.Out),
        ["output", .. var rest] => OutputBench.RunAsync(rest, Console.Out),
        ["processes", .. var rest] => ProcessesBench.RunAsync(rest, Console.Out),
        ["scale", .. var rest] => ScaleBench.RunAsync(rest, Console.Out),
        ["store", .. var rest] => StoreBench.RunAsync(rest, Console.Out),
        ["lists", .. var rest] => ListsBench.RunAsync(rest, Console.Out),
        ["latency", .. var rest] => LatencyBench.RunAsync(rest, Console.Out),
        ["idle", .. var rest] => IdleBench.RunAsync(rest, Console.Out),
        ["modes", .. var rest] => ModesBench.RunAsync(rest, Console.Out),
        ["reconnect", .. var rest] => ReconnectBench.RunAsync(rest, Console.Out),
        ["fanout", .. var rest] => FanoutBench.RunAsync(rest, Console.Out),

        // Started by the ones above, each in a process of its own.
        ["stream-server", .. var rest] => StreamServer.RunAsync(rest),
        ["bare-hub"] => BareHub.RunAsync(),
        ["print", .. var rest] => Task.FromResult(LinePrinter.Run(rest)),
        ["--help" or "-h"] => PrintHelpAsync(0),
        _ => PrintHelpAsync(2),
    };

    private static async Task<int> PrintHelpAsync(int exitCode)
    {
        await (exitCode == 0 ? Console.Out : Console.Error).WriteLineAsync(Help);
        return exitCode;
    }
}
