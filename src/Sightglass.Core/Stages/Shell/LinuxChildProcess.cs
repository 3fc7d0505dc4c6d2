using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sightglass.Core.Stages.Shell;

/// <summary>A child started by <c>posix_spawn</c>: leader of its own session before its first instruction, with default
/// signals and no open file but its three streams.</summary>
internal sealed unsafe class LinuxChildProcess : ChildProcess
{
    private static readonly Lazy<bool> s_supported = new(Probe);

    private LinuxChildProcess(int pid, int output, int error, string token)
    {
        Id = pid;
        StandardOutput = Open(output);
        StandardError = Open(error);
        Tree = new LinuxProcessTree(pid, token, ownSession: true);
        Exited = ChildReaper.WatchAsync(pid, Ended);
    }

    /// <summary>
    /// Gets whether children can be started and collected here. Where this program is process 1 or was started with
    /// SIGCHLD ignored, .NET collects every child of it, ours too, and their exit codes would be lost.
    /// </summary>
    public static bool IsSupported => s_supported.Value;

    public override int Id { get; }

    public override Stream StandardOutput { get; }

    public override Stream StandardError { get; }

    public override Task<ChildExit> Exited { get; }

    public override ProcessTree Tree { get; }

    public static (ChildProcess? Child, StageError? Error) Start(ShellCommand command, string path)
    {
        int* fds = stackalloc int[4];
        var input = -1;
        fds[0] = fds[1] = fds[2] = fds[3] = -1;
        try
        {
            if (LibC.pipe2(fds, LibC.CloseOnExec) != 0 || LibC.pipe2(fds + 2, LibC.CloseOnExec) != 0)
                return (null, SystemError(Marshal.GetLastPInvokeError()));
            input = command.Input is null ? OpenNull() : TextFile(command.Input);
            if (input < 0)
                return (null, SystemError(Marshal.GetLastPInvokeError()));
            command.BeforeStart?.Invoke(ProcTable.PipeOf(fds[1]), ProcTable.PipeOf(fds[3]));
            var result = Spawn(command, path, input, fds[1], fds[3], out var pid);
            if (result != 0)
                return (null, StartError(result, path));
            var child = new LinuxChildProcess(pid, fds[0], fds[2], command.Token);
            fds[0] = fds[2] = -1;
            return (child, null);
        }
        finally
        {
            for (var i = 0; i < 4; i++)
                Close(fds[i]);
            Close(input);
        }
    }

    public override void Dispose()
    {
        StandardOutput.Dispose();
        StandardError.Dispose();
        Tree.Dispose();
    }

    // What it printed stands in front of its end.
    private void Ended()
    {
        (StandardOutput as ChildStream)?.Look(mayStay: true);
        (StandardError as ChildStream)?.Look(mayStay: true);
    }

    // Without a watch .NET reads the pipe through its socket engine: awaited without a thread, cancelled at once.
    private static Stream Open(int pipe) =>
        HandleWatch.Shared is { } watch ? new ChildStream(pipe, watch) : new AnonymousPipeClientStream(PipeDirection.In, new SafePipeHandle(pipe, ownsHandle: true));

    private static int Spawn(ShellCommand command, string path, int input, int output, int error, out int pid)
    {
        var attributes = stackalloc byte[LibC.OpaqueSize];
        var actions = stackalloc byte[LibC.OpaqueSize];
        var signals = stackalloc byte[LibC.OpaqueSize];
        using var strings = new NativeStrings();
        var program = strings.Add(path);
        var folder = strings.Add(command.Folder);
        var arguments = strings.AddAll([command.Program, .. command.Arguments]);
        var environment = strings.AddAll([.. command.Environment.Select(pair => $"{pair.Key}={pair.Value}")]);

        _ = LibC.posix_spawnattr_init(attributes);
        _ = LibC.posix_spawn_file_actions_init(actions);
        try
        {
            _ = LibC.posix_spawnattr_setflags(attributes, LibC.SpawnSetSession | LibC.SpawnSetSignalMask | LibC.SpawnSetSignalDefaults);
            _ = LibC.sigemptyset(signals);
            _ = LibC.posix_spawnattr_setsigmask(attributes, signals);
            // .NET ignores SIGPIPE, and an ignored signal stays ignored in children: `yes | head` would report an error.
            _ = LibC.sigfillset(signals);
            _ = LibC.sigdelset(signals, LibC.SigKill);
            _ = LibC.sigdelset(signals, 19);
            _ = LibC.posix_spawnattr_setsigdefault(attributes, signals);

            var failed = LibC.posix_spawn_file_actions_adddup2(actions, input, 0);
            failed |= LibC.posix_spawn_file_actions_adddup2(actions, output, 1);
            failed |= LibC.posix_spawn_file_actions_adddup2(actions, error, 2);
            failed |= LibC.posix_spawn_file_actions_addchdir_np(actions, folder);
            CloseOthers(actions);
            pid = 0;
            if (failed != 0)
                return LibC.NoMemory;
            int started;
            var result = LibC.posix_spawn(&started, program, actions, attributes, arguments, environment);
            pid = started;
            return result;
        }
        finally
        {
            _ = LibC.posix_spawn_file_actions_destroy(actions);
            _ = LibC.posix_spawnattr_destroy(attributes);
        }
    }

    // Files of other libraries in this program may lack close-on-exec. Absent before glibc 2.34 and in musl.
    private static void CloseOthers(byte* actions)
    {
        try
        {
            _ = LibC.posix_spawn_file_actions_addclosefrom_np(actions, 3);
        }
        catch (EntryPointNotFoundException)
        {
        }
    }

    private static int OpenNull()
    {
        fixed (byte* path = "/dev/null\0"u8)
            return LibC.open(path, LibC.OpenReadOnly | LibC.CloseOnExec, 0);
    }

    // A file in memory instead of a pipe: nobody has to feed it, and a child that never reads it blocks nothing.
    private static int TextFile(string text)
    {
        int fd;
        fixed (byte* name = "stdin\0"u8)
            fd = LibC.memfd_create(name, 1);
        var bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
        {
            for (nint written = 0; fd >= 0 && written < bytes.Length;)
            {
                var count = LibC.write(fd, start + written, (nuint)(bytes.Length - written));
                if (count < 0)
                {
                    _ = LibC.close(fd);
                    return -1;
                }

                written += count;
            }
        }

        if (fd >= 0)
            _ = LibC.lseek(fd, 0, 0);
        return fd;
    }

    private static void Close(int fd)
    {
        if (fd >= 0)
            _ = LibC.close(fd);
    }

    private static StageError StartError(int error, string path) => error switch
    {
        LibC.NotFound => new("start_failed", $"'{path}' names an interpreter that does not exist; correct its first line (#!)."),
        LibC.Denied => ShellCommand.NotExecutable(path),
        LibC.NotExecutable => new("start_failed", $"'{path}' is not a program this system can run; a script needs a first line such as #!/bin/sh."),
        LibC.TooLong => new("start_failed", "Arguments and environment are longer than the system allows; pass the text by 'stdin' or a file."),
        _ => SystemError(error),
    };

    private static StageError SystemError(int error) => new("start_failed", $"The system could not start a process: {Marshal.GetPInvokeErrorMessage(error)}.");

    private static bool Probe()
    {
        if (!OperatingSystem.IsLinux() || Environment.ProcessId == 1)
            return false;
        try
        {
            var ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith("SigIgn:", StringComparison.Ordinal));
            if ((Convert.ToUInt64(ignored[7..].Trim(), 16) & (1UL << (LibC.SigChild - 1))) != 0)
                return false;
            return NativeLibrary.TryLoad("libc", typeof(LibC).Assembly, null, out var library)
                && NativeLibrary.TryGetExport(library, "posix_spawn_file_actions_addchdir_np", out _)
                && NativeLibrary.TryGetExport(library, "memfd_create", out _);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or FormatException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
