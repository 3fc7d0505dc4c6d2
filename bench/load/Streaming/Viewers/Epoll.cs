using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sightglass.Load.Streaming.Viewers;

/// <summary>The kernel's own way to wait for thousands of connections on one thread, so that the measuring client takes as
/// little as it can of the processors that it shares with what is measured.</summary>
internal sealed partial class Epoll : IDisposable
{
    private const int Add = 1;
    private const uint In = 1;

    // The kernel packs the event on x64 alone.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = Stride - 8;

    private readonly byte[] _events = new byte[1024 * 16];
    private readonly int _handle = Create(0);

    /// <summary>Watches a connection; it is known by its index.</summary>
    public void Watch(int descriptor, int index)
    {
        Span<byte> wanted = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, In);
        BinaryPrimitives.WriteInt64LittleEndian(wanted[DataOffset..], index);
        if (Control(_handle, Add, descriptor, ref MemoryMarshal.GetReference(wanted)) != 0) throw new IOException($"epoll_ctl failed: {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>Waits until something came.</summary>
    /// <returns>How many connections have something; see <see cref="IndexOf"/>.</returns>
    public int Wait(int milliseconds) => Math.Max(0, Wait(_handle, ref _events[0], _events.Length / 16, milliseconds));

    /// <summary>Gets which connection is the n-th that has something.</summary>
    public int IndexOf(int n) => (int)BinaryPrimitives.ReadInt64LittleEndian(_events.AsSpan((n * Stride) + DataOffset));

    /// <summary>Reads what came without waiting.</summary>
    /// <returns>How many bytes; 0 at the end, less than 0 where there is nothing.</returns>
    public static int Read(int descriptor, Span<byte> buffer) => (int)Receive(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length, 0);

    public void Dispose() => _ = Close(_handle);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int handle, int operation, int descriptor, ref byte wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(int handle, ref byte events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Receive(int descriptor, ref byte buffer, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
