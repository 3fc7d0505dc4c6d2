using System.Globalization;
using System.Runtime.InteropServices;

namespace Sightglass.Cli.Hosting;

/// <summary>Ends what stages have started, where the process is about to end without waiting for them: each child leads a
/// session of its own, which the terminal's Ctrl-C does not reach.</summary>
internal static partial class ChildSessions
{
    private const int SigKill = 9;

    public static void Kill()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
            {
                foreach (var child in File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                {
                    var pid = int.Parse(child, CultureInfo.InvariantCulture);
                    _ = Signal(-pid, SigKill);
                    _ = Signal(pid, SigKill);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FormatException)
        {
            // A thread that ended meanwhile, or a kernel that does not list children: the next start finds what is left over.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int pid, int signal);
}
