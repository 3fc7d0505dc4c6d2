using System.Globalization;

namespace Sightglass.Load.Streaming.Servers;

/// <summary>How a server's process and the one that measures talk: its port on the first line of standard output, then an answer
/// to each line of standard input, until that ends.</summary>
internal static class ServerProtocol
{
    public static async Task ServeAsync(int port, Func<string, Task> handle)
    {
        await Console.Out.WriteLineAsync(port.ToString(CultureInfo.InvariantCulture));
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "memory") await Console.Out.WriteLineAsync(Memory().ToString(CultureInfo.InvariantCulture));
            else if (line == "cpu") await Console.Out.WriteLineAsync(Environment.CpuUsage.TotalTime.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
            else await handle(line);
        }
    }

    /// <summary>Gives the resident memory once what nobody holds is gone, in bytes.</summary>
    private static long Memory()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        var resident = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
