using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Sightglass.Load.Processes;

/// <summary>The yardstick: targets that each run one program, by <c>make</c>.</summary>
internal sealed class MakeTargets
{
    private readonly string _file;
    private readonly int _jobs;

    private MakeTargets(string file, int jobs) => (_file, _jobs) = (file, jobs);

    public static bool IsThere => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "make")));

    /// <summary>Writes a makefile.</summary>
    /// <param name="file">Where.</param>
    /// <param name="count">How many targets there are.</param>
    /// <param name="isChain">Each needs the one before; otherwise all may run at once.</param>
    /// <param name="program">What each runs.</param>
    public static MakeTargets Write(string file, int count, bool isChain, string program)
    {
        var text = new StringBuilder();
        var names = Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"t{i}")).ToArray();
        text.Append(CultureInfo.InvariantCulture, $".PHONY: all {string.Join(' ', names)}\nall: {string.Join(' ', names)}\n");
        for (var i = 0; i < count; i++) text.Append(CultureInfo.InvariantCulture, $"{names[i]}:{(isChain && i > 0 ? " " + names[i - 1] : "")}\n\t@{program}\n");
        File.WriteAllText(file, text.ToString());
        return new MakeTargets(file, isChain ? 1 : count);
    }

    /// <summary>Makes everything and tells how long that took.</summary>
    public async Task<TimeSpan> RunAsync()
    {
        var from = Stopwatch.GetTimestamp();
        using var make = Process.Start("make", ["-s", "-f", _file, string.Create(CultureInfo.InvariantCulture, $"-j{_jobs}")]);
        await make.WaitForExitAsync();
        if (make.ExitCode != 0) throw new InvalidOperationException($"make exited with {make.ExitCode}.");
        return Stopwatch.GetElapsedTime(from);
    }
}
