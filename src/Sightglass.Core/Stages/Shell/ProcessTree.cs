namespace Sightglass.Core.Stages.Shell;

/// <summary>All processes that came of one child, however they moved away from it.</summary>
internal abstract class ProcessTree : IDisposable
{
    /// <summary>Asks every member to end.</summary>
    /// <returns>How many were asked.</returns>
    public abstract int Terminate();

    /// <summary>Ends every member by force.</summary>
    /// <returns>How many there were; 0 when the tree is gone.</returns>
    public abstract int Kill();

    /// <summary>Counts the members that still run, and notes what they use.</summary>
    /// <param name="fresh">False lets a reading that is a moment old do, for measuring.</param>
    public abstract int Count(bool fresh = true);

    /// <summary>Completes when the members last seen have ended, or after a moment where the system tells nobody.</summary>
    /// <param name="time">The clock for that moment.</param>
    public abstract Task MembersEndedAsync(TimeProvider time);

    /// <summary>Gets the numbers of the members last seen, for reports.</summary>
    public abstract IReadOnlyList<int> Members { get; }

    /// <summary>Gets the largest sum of resident memory that was seen, in bytes.</summary>
    public abstract long PeakMemoryBytes { get; }

    /// <summary>Gets the processor time of members that nobody in the tree waited for, in milliseconds.</summary>
    public abstract double OrphanCpuMs { get; }

    public abstract void Dispose();
}
