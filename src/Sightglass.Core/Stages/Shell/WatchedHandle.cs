namespace Sightglass.Core.Stages.Shell;

/// <summary>A handle of the system that somebody waits for.</summary>
/// <param name="handle">Its number.</param>
internal abstract class WatchedHandle(int handle)
{
    public int Handle => handle;

    /// <summary>Gets or sets the name under which the watch knows it, which no other ever has; owned by the watch.</summary>
    public long Key { get; set; }

    /// <summary>Called once for each time it was asked for, on a thread of the watch, when there may be something.</summary>
    /// <param name="mayStay">Whether what follows may go on here for as long as it takes; otherwise it goes to the pool,
    /// since nobody else waits for the other handles now.</param>
    public abstract void Ready(bool mayStay);
}
