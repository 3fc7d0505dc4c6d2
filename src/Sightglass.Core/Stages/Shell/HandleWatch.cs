using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Stages.Shell;

/// <summary>
/// Waits for the handles of all children: their ends and what they print. What follows goes on on the thread that saw it,
/// up to the start of the next stage: waking another one costs as much as the work does. Two threads wait, and only as
/// long as the other one does may either take its time.
/// </summary>
internal sealed unsafe class HandleWatch
{
    private const int ThreadCount = 2;

    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(2);
    private static readonly Lazy<HandleWatch?> s_shared = new(Create);

    private readonly int _epoll;
    private readonly Alarm _alarm;

    // Changed under _gate, read by anyone.
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<long, WatchedHandle> _watched = [];

    // Guarded by _gate: those that are asked for when the alarm goes off, and the last key that was given.
    private readonly HashSet<WatchedHandle> _later = [];
    private long _lastKey;

    private int _waiting = ThreadCount;

    private HandleWatch(int epoll, int timer) => (_epoll, _alarm) = (epoll, new Alarm(this, timer));

    /// <summary>Gets the one of this program; null where the system has none to give.</summary>
    public static HandleWatch? Shared => s_shared.Value;

    /// <summary>Calls <see cref="WatchedHandle.Ready"/> once when there is something, and then no more until it is asked again.</summary>
    /// <returns>False where the system refuses.</returns>
    public bool Ask(WatchedHandle handle)
    {
        lock (_gate)
        {
            if (handle.Key != 0)
                return Control(LibC.EpollChange, handle);
            _watched[handle.Key = ++_lastKey] = handle;
            if (Control(LibC.EpollAdd, handle))
                return true;
            _watched.TryRemove(handle.Key, out _);
            handle.Key = 0;
            return false;
        }
    }

    /// <summary>Asks in a moment, unless the handle is forgotten before. A short process ends within that moment, and its end
    /// tells of its streams too: they need wake nobody.</summary>
    public void AskLater(WatchedHandle handle)
    {
        lock (_gate)
        {
            if (_later.Add(handle) && _later.Count == 1)
                _alarm.Set(s_moment);
        }
    }

    /// <summary>Forgets a handle, which is to be closed after that.</summary>
    public void Forget(WatchedHandle handle)
    {
        lock (_gate)
        {
            if (_later.Remove(handle) && _later.Count == 0)
                _alarm.Set(TimeSpan.Zero);
            if (handle.Key != 0 && _watched.TryRemove(handle.Key, out _))
                Control(LibC.EpollRemove, handle);
        }
    }

    private static HandleWatch? Create()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var epoll = LibC.epoll_create1(LibC.CloseOnExec);
        var timer = LibC.timerfd_create(LibC.ClockMonotonic, LibC.CloseOnExec | LibC.NonBlocking);
        if (epoll >= 0 && timer >= 0 && new HandleWatch(epoll, timer) is var watch && watch.Ask(watch._alarm))
        {
            for (var i = 0; i < ThreadCount; i++)
                new Thread(watch.Run) { IsBackground = true, Name = "children" }.Start();
            return watch;
        }

        _ = LibC.close(epoll);
        _ = LibC.close(timer);
        return null;
    }

    // Where this program listens for the end of children, the signal would come to the thread that is just woken by it.
    private static void BlockChildSignal()
    {
        var signals = stackalloc byte[LibC.OpaqueSize];
        _ = LibC.sigemptyset(signals);
        _ = LibC.sigaddset(signals, LibC.SigChild);
        _ = LibC.pthread_sigmask(LibC.BlockSignals, signals, null);
    }

    private void Run()
    {
        BlockChildSignal();
        var entry = stackalloc byte[LibC.EpollEntrySize];
        while (true)
        {
            // Interrupted by a signal: wait again. A key that is not known any more was forgotten meanwhile.
            if (LibC.epoll_wait(_epoll, entry, 1, -1) <= 0 || !_watched.TryGetValue(Marshal.ReadInt64((nint)(entry + LibC.EpollKeyOffset)), out var handle))
                continue;
            var mayStay = Interlocked.Decrement(ref _waiting) > 0;
            FreeThread.Run(static s => s.handle.Ready(s.mayStay), (handle, mayStay));
            Interlocked.Increment(ref _waiting);
        }
    }

    // Those that the system refuses are tried again.
    private void AskAll()
    {
        lock (_gate)
        {
            _later.RemoveWhere(Ask);
            if (_later.Count > 0)
                _alarm.Set(s_moment);
        }
    }

    private bool Control(int operation, WatchedHandle handle)
    {
        var entry = stackalloc byte[LibC.EpollEntrySize];
        *(uint*)entry = LibC.EpollIn | LibC.EpollOnce;
        Marshal.WriteInt64((nint)(entry + LibC.EpollKeyOffset), handle.Key);
        return LibC.epoll_ctl(_epoll, operation, handle.Handle, entry) == 0;
    }

    private sealed class Alarm(HandleWatch watch, int timer) : WatchedHandle(timer)
    {
        /// <summary>Sets it, or puts it off where the time is zero.</summary>
        public void Set(TimeSpan time)
        {
            var spec = stackalloc long[4];
            (spec[0], spec[1], spec[2], spec[3]) = (0, 0, 0, time.Ticks * 100);
            _ = LibC.timerfd_settime(Handle, 0, spec, null);
        }

        public override void Ready(bool mayStay)
        {
            long count;
            _ = LibC.read(Handle, (byte*)&count, sizeof(long));
            watch.AskAll();
            watch.Ask(this);
        }
    }
}
