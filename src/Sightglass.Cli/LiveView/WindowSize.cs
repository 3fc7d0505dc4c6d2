using System.Runtime.InteropServices;

namespace Sightglass.Cli.LiveView;

/// <summary>Asks the system itself for the size of the terminal: the console class would first set the terminal up for
/// reading keys, which costs start-up and leaves its mark on the screen.</summary>
internal static partial class WindowSize
{
    private const int StandardOutput = 1;
    private const ulong GetWindowSize = 0x5413;

    /// <summary>Gets the size; <see langword="null"/> where this system is asked in another way, or does not know.</summary>
    public static FrameSize? OfOutput()
    {
        // Elsewhere the number differs, and so does the way in which arguments of this function are passed.
        if (!OperatingSystem.IsLinux()) return null;
        return IoControl(StandardOutput, GetWindowSize, out var size) == 0 && size is { Columns: > 0, Rows: > 0 } ? new FrameSize(size.Columns, size.Rows) : null;
    }

    [LibraryImport("libc", EntryPoint = "ioctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int IoControl(int descriptor, ulong request, out Native size);

    [StructLayout(LayoutKind.Sequential)]
    private struct Native
    {
        public ushort Rows;
        public ushort Columns;
        public ushort Width;
        public ushort Height;
    }
}
