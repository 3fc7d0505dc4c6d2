using System.Runtime.InteropServices;

namespace Sightglass.Core.Stages.Shell;

/// <summary>The calls of glibc (2.29 or later) and musl that System.Diagnostics.Process has no way to make: a session of
/// its own from the first instruction, exact signals and the resources of an ended child.</summary>
internal static unsafe partial class LibC
{
    public const int OpenReadOnly = 0;
    public const int CloseOnExec = 0x80000;
    public const int SpawnSetSignalDefaults = 0x04;
    public const int SpawnSetSignalMask = 0x08;
    public const int SpawnSetSession = 0x80;
    public const int NoHang = 1;
    public const short PollIn = 1;
    public const int SetFlags = 4;
    public const int NonBlocking = 0x800;
    public const int ClockMonotonic = 1;
    public const int EpollAdd = 1;
    public const int EpollRemove = 2;
    public const int EpollChange = 3;
    public const uint EpollIn = 1;
    public const uint EpollOnce = 1u << 30;

    /// <summary>Room for an entry of epoll on every architecture.</summary>
    public const int EpollEntrySize = 16;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigChild = 17;
    public const int SigCont = 18;
    public const int BlockSignals = 0;

    /// <summary>Room for what the libraries keep to themselves: both need less (glibc 336 and 80, musl 336 and 80, signal
    /// sets 128); the rest is for what they may add.</summary>
    public const int OpaqueSize = 1024;

    public const int NotFound = 2;
    public const int Interrupted = 4;
    public const int TooLong = 7;
    public const int NotExecutable = 8;
    public const int Again = 11;
    public const int NoMemory = 12;
    public const int Denied = 13;
    public const int NoSuchCall = 38;

    private const long SysPidfdOpen = 434;
    private const long SysPidfdSendSignal = 424;

    /// <summary>Where the key stands in an entry of epoll, which is packed on one architecture alone.</summary>
    public static readonly int EpollKeyOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    [StructLayout(LayoutKind.Sequential)]
    public struct ResourceUse
    {
        public nint UserSeconds, UserMicroseconds, SystemSeconds, SystemMicroseconds;
        public nint MaxResidentKilobytes;
        private fixed long _rest[13];
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Fd;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int pipe2(int* fds, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int memfd_create(byte* name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial long lseek(int fd, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int open(byte* path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pread(int fd, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(int fd, byte* buffer, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int fd);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint readlink(byte* path, byte* target, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollEntry* entries, nuint count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_create(int clock, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int timerfd_settime(int timer, int flags, long* time, long* before);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_ctl(int epoll, int operation, int fd, byte* entry);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int epoll_wait(int epoll, byte* entries, int count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int wait4(int pid, int* status, int options, ResourceUse* use);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getrusage(int who, ResourceUse* use);

    [LibraryImport("libc")]
    public static partial int posix_spawn(int* pid, byte* path, void* actions, void* attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport("libc")]
    public static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_adddup2(void* actions, int fd, int target);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_addchdir_np(void* actions, byte* path);

    [LibraryImport("libc")]
    public static partial int posix_spawn_file_actions_addclosefrom_np(void* actions, int from);

    [LibraryImport("libc")]
    public static partial int sigemptyset(void* signals);

    [LibraryImport("libc")]
    public static partial int sigfillset(void* signals);

    [LibraryImport("libc")]
    public static partial int sigaddset(void* signals, int signal);

    [LibraryImport("libc")]
    public static partial int pthread_sigmask(int how, void* signals, void* before);

    [LibraryImport("libc")]
    public static partial int sigdelset(void* signals, int signal);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall2(long number, long first, long second);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Syscall4(long number, long first, long second, long third, long fourth);

    /// <summary>Opens a handle that stays that process's even when its number is used again.</summary>
    public static int PidfdOpen(int pid) => (int)Syscall2(SysPidfdOpen, pid, 0);

    public static bool PidfdSignal(int pidfd, int signal) => Syscall4(SysPidfdSendSignal, pidfd, signal, 0, 0) == 0;
}
