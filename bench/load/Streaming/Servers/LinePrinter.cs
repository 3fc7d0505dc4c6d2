using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sightglass.Load.Streaming.Viewers;

namespace Sightglass.Load.Streaming.Servers;

/// <summary>The program that a stage runs: prints marked lines to standard output, so many a second, each written by itself;
/// rate 0 prints as fast as they are taken.</summary>
internal static class LinePrinter
{
    public static int Run(string[] args)
    {
        var lines = long.Parse(args[0], CultureInfo.InvariantCulture);
        var rate = long.Parse(args[1], CultureInfo.InvariantCulture);
        using var output = Console.OpenStandardOutput();
        var from = Stopwatch.GetTimestamp();
        var waiting = new MemoryStream();
        for (long number = 1; number <= lines; number++)
        {
            if (rate > 0)
            {
                var due = (number - 1) * 1000.0 / rate;
#pragma warning disable RS0030 // It prints at the pace of the real clock, on a thread of its own.
                for (var early = due - Stopwatch.GetElapsedTime(from).TotalMilliseconds; early > 0; early = due - Stopwatch.GetElapsedTime(from).TotalMilliseconds) Thread.Sleep(1);
#pragma warning restore RS0030
            }

            waiting.Write(Encoding.ASCII.GetBytes(LineMark.Now(number) + "\n"));
            if (rate == 0 && waiting.Length < 4096 && number < lines) continue;
            output.Write(waiting.GetBuffer(), 0, (int)waiting.Length);
            waiting.SetLength(0);
        }

        return 0;
    }
}
