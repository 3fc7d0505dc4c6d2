using System.Runtime.InteropServices;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Stages.Shell;

/// <summary>
/// Collects the exits of the children that shell stages started, each by its own number: .NET's own child handling peeks
/// (WNOWAIT) and leaves children it does not know, so neither takes the other's. It also tells when a process ended that
/// is nobody's child here.
/// </summary>
internal static unsafe class ChildReaper
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(20);

    /// <summary>Completes when the child has ended and was collected, on a thread that whoever waits may keep. Call once for
    /// each child, right after its start.</summary>
    /// <param name="pid">The child.</param>
    /// <param name="ended">Called before that.</param>
    public static Task<ChildExit> WatchAsync(int pid, Action ended)
    {
        var exit = new TaskCompletionSource<ChildExit>();
        if (!TryWatch(pid, ended, exit))
        {
            // Kernels before 5.3 and some sandboxes have no handles of processes: a thread for this child alone.
            new Thread(() => Collect(pid, 0, ended, exit)) { IsBackground = true, Name = "child exit" }.Start();
        }

        return exit.Task;
    }

    /// <summary>Completes when all of these have ended, whoever collects them; after a moment where the system does not tell.</summary>
    public static Task EndedAsync(IReadOnlyList<ProcEntry> processes, TimeProvider time)
    {
        var ends = new List<Task>(processes.Count);
        foreach (var process in processes)
        {
            var handle = HandleWatch.Shared is null ? -1 : LibC.PidfdOpen(process.Pid);
            // The number may be another's by now, so it is asked for once it is held.
            var isThere = ProcTable.ReadOne(process.Pid) is { IsDead: false } now && now.Start == process.Start;
            var exit = new TaskCompletionSource<ChildExit>();
            if (isThere && handle >= 0 && HandleWatch.Shared!.Ask(new Watched(process.Pid, handle, null, exit)))
            {
                ends.Add(exit.Task);
                continue;
            }

            if (handle >= 0)
                _ = LibC.close(handle);
            if (isThere)
                ends.Add(Task.Delay(s_moment, time));
        }

        return Task.WhenAll(ends);
    }

    private static bool TryWatch(int pid, Action ended, TaskCompletionSource<ChildExit> exit)
    {
        if (HandleWatch.Shared is not { } watch)
            return false;
        var handle = LibC.PidfdOpen(pid);
        if (handle < 0)
            return false;
        if (watch.Ask(new Watched(pid, handle, ended, exit)))
            return true;
        _ = LibC.close(handle);
        return false;
    }

    private static void Collect(int pid, int options, Action ended, TaskCompletionSource<ChildExit> exit)
    {
        var end = Collect(pid, options) ?? ChildExit.Unknown;
        FreeThread.Run(
            static s =>
            {
                s.ended();
                s.exit.SetResult(s.end);
            },
            (ended, exit, end));
    }

    private static ChildExit? Collect(int pid, int options)
    {
        int status;
        LibC.ResourceUse use;
        int result;
        do
        {
            result = LibC.wait4(pid, &status, options, &use);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);

        if (result == 0)
            return null;
        if (result < 0)
            return ChildExit.Unknown;
        var cpu = ((use.UserSeconds + use.SystemSeconds) * 1000.0) + ((use.UserMicroseconds + use.SystemMicroseconds) / 1000.0);
        var signal = status & 0x7f;
        return new ChildExit(signal == 0 ? (status >> 8) & 0xff : 128 + signal, signal, cpu, use.MaxResidentKilobytes * 1024L);
    }

    // Whose end is nobody's business has no 'ended' and is collected by its parent.
    private sealed class Watched(int pid, int handle, Action? ended, TaskCompletionSource<ChildExit> exit) : WatchedHandle(handle)
    {
        public override void Ready(bool mayStay)
        {
            var watch = HandleWatch.Shared!;
            if ((ended is null ? ChildExit.Unknown : Collect(pid, LibC.NoHang)) is not { } end)
            {
                watch.Ask(this);
                return;
            }

            watch.Forget(this);
            _ = LibC.close(Handle);
            if (mayStay)
                Tell(end);
            else
                FreeThread.Queue(static s => s.watched.Tell(s.end), (watched: this, end));
        }

        private void Tell(ChildExit end)
        {
            ended?.Invoke();
            exit.SetResult(end);
        }
    }
}
