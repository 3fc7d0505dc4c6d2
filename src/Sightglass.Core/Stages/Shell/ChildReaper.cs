using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Sightglass.Core.Stages.Shell;

/// <summary>
/// Collects the exits of the children that shell stages started, each by its own number: .NET's own child handling peeks
/// (WNOWAIT) and leaves children it does not know, so neither takes the other's. It also tells when a process ended that
/// is nobody's child here. One thread waits for all of them.
/// </summary>
internal sealed unsafe class ChildReaper
{
    private sealed record Watched(int Pid, int Handle, bool IsChild, TaskCompletionSource<ChildExit> Exit);

    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(20);
    private static readonly Lazy<ChildReaper> s_shared = new(() => new ChildReaper());

    // Shared: callers add, the thread takes.
    private readonly ConcurrentQueue<Watched> _added = new();
    private readonly int _wake;

    // Owned by the thread.
    private readonly List<Watched> _watched = [];

    private ChildReaper()
    {
        _wake = LibC.eventfd(0, LibC.CloseOnExec | 0x800);
        if (_wake >= 0)
            new Thread(Run) { IsBackground = true, Name = "child exits" }.Start();
    }

    public static ChildReaper Shared => s_shared.Value;

    /// <summary>Completes when the child has ended and was collected. Call once for each child, right after its start.</summary>
    public Task<ChildExit> WatchAsync(int pid)
    {
        var exit = new TaskCompletionSource<ChildExit>(TaskCreationOptions.RunContinuationsAsynchronously);
        var handle = _wake >= 0 ? LibC.PidfdOpen(pid) : -1;
        if (handle < 0)
        {
            // Kernels before 5.3 and some sandboxes have no pidfd: a thread for this child alone.
            new Thread(() => exit.SetResult(Collect(pid, 0) ?? ChildExit.Unknown)) { IsBackground = true, Name = "child exit" }.Start();
            return exit.Task;
        }

        Add(new Watched(pid, handle, IsChild: true, exit));
        return exit.Task;
    }

    /// <summary>Completes when all of these have ended, whoever collects them; after a moment where the system does not tell.</summary>
    public Task EndedAsync(IReadOnlyList<ProcEntry> processes, TimeProvider time)
    {
        var ends = new List<Task>(processes.Count);
        foreach (var process in processes)
        {
            var handle = _wake >= 0 ? LibC.PidfdOpen(process.Pid) : -1;
            // The number may be another's by now, so it is asked for once it is held.
            var isThere = ProcTable.ReadOne(process.Pid) is { IsDead: false } now && now.Start == process.Start;
            if (isThere && handle >= 0)
            {
                var exit = new TaskCompletionSource<ChildExit>(TaskCreationOptions.RunContinuationsAsynchronously);
                Add(new Watched(process.Pid, handle, IsChild: false, exit));
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

    private void Add(Watched watched)
    {
        _added.Enqueue(watched);
        ulong one = 1;
        _ = LibC.write(_wake, (byte*)&one, sizeof(ulong));
    }

    private void Run()
    {
        var entries = new LibC.PollEntry[16];
        while (true)
        {
            while (_added.TryDequeue(out var added))
                _watched.Add(added);
            if (entries.Length <= _watched.Count)
                Array.Resize(ref entries, _watched.Count * 2);
            entries[0] = new LibC.PollEntry { Fd = _wake, Events = LibC.PollIn };
            for (var i = 0; i < _watched.Count; i++)
                entries[i + 1] = new LibC.PollEntry { Fd = _watched[i].Handle, Events = LibC.PollIn };

            fixed (LibC.PollEntry* start = entries)
            {
                // Interrupted by a signal: look again, every entry is asked for anew.
                if (LibC.poll(start, (nuint)_watched.Count + 1, -1) <= 0)
                    continue;
            }

            if (entries[0].Returned != 0)
            {
                ulong count;
                _ = LibC.read(_wake, (byte*)&count, sizeof(ulong));
            }

            for (var i = _watched.Count - 1; i >= 0; i--)
            {
                var watched = _watched[i];
                if (entries[i + 1].Returned == 0 || (watched.IsChild ? Collect(watched.Pid, LibC.NoHang) : ChildExit.Unknown) is not { } exit)
                    continue;
                _watched.RemoveAt(i);
                _ = LibC.close(watched.Handle);
                watched.Exit.SetResult(exit);
            }
        }
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
}
