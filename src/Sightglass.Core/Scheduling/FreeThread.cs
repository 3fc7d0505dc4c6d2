namespace Sightglass.Core.Scheduling;

/// <summary>Says of a thread that whatever goes on there was called by nobody who waits for its return: an actor may keep
/// it as long as it has work, the next stage included.</summary>
internal static class FreeThread
{
    [ThreadStatic]
    private static bool t_isHere;

    public static bool IsHere => t_isHere;

    /// <summary>Does work on this thread, which nobody waits for.</summary>
    public static void Run<T>(Action<T> work, T state)
    {
        var before = t_isHere;
        t_isHere = true;
        try
        {
            work(state);
        }
        finally
        {
            t_isHere = before;
        }
    }

    /// <summary>Has a thread of the pool do the work.</summary>
    public static void Queue<T>(Action<T> work, T state) =>
        ThreadPool.UnsafeQueueUserWorkItem(static s => Run(s.work, s.state), (work, state), preferLocal: false);
}
