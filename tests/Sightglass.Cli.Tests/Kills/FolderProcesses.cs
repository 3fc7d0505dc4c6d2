using System.Globalization;
using System.Runtime.InteropServices;

namespace Sightglass.Cli.Tests.Kills;

/// <summary>The processes that work in a folder: those of its stages, wherever they moved in the tree of processes.</summary>
internal static partial class FolderProcesses
{
    /// <summary>One process; its start tells it from another that got its number later.</summary>
    public readonly record struct Seen(int Pid, string Start);

    public static HashSet<Seen> In(string folder)
    {
        var found = new HashSet<Seen>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var pid)) continue;
            try
            {
                if (new DirectoryInfo(path + "/cwd").LinkTarget == folder && StartOf(pid) is { } start) found.Add(new Seen(pid, start));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }
        }

        return found;
    }

    /// <summary>Says whether it runs; one that has ended and waits to be collected does not.</summary>
    public static bool IsAlive(Seen process) => StartOf(process.Pid) == process.Start;

    /// <summary>Tells what a process is: its command, and its state, parent, group and session as the system writes them.</summary>
    public static string Tell(Seen process)
    {
        try
        {
            var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/");
            var stat = File.ReadAllText(folder + "stat");
            return $"{File.ReadAllText(folder + "cmdline").Replace('\0', ' ')}({string.Join(' ', stat[(stat.LastIndexOf(')') + 2)..].Split(' ').Take(4))})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "it ended just now";
        }
    }

    public static void Kill(Seen process)
    {
        if (IsAlive(process)) _ = Signal(process.Pid, 9);
    }

    private static string? StartOf(int pid)
    {
        try
        {
            var fields = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")) is var text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : [];
            return fields[0] is "Z" or "X" ? null : fields[19];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int pid, int signal);
}
