using Sightglass.Cli.LiveView;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.Tail;

/// <summary>One execution of those that are followed.</summary>
/// <param name="id">Its id.</param>
/// <param name="pipeline">The id of its pipeline; empty until its first event says it.</param>
/// <param name="status">Its status.</param>
/// <param name="after">The last event that is known, or not wanted.</param>
/// <param name="from">Events from before this moment are not wanted.</param>
internal sealed class TailedExecution(Guid id, string pipeline, string status, long after, DateTimeOffset from)
{
    public Guid Id => id;

    public string Pipeline { get; private set; } = pipeline;

    public string Status { get; set; } = status;

    /// <summary>Gets the cursor.</summary>
    public long Seq { get; private set; } = after;

    public bool HasEnded => Status is "completed" or "failed" or "cancelled";

    /// <summary>Gets what its stages have begun to print.</summary>
    public OpenLines Open { get; } = new();

    /// <summary>Gets where it stands in line for a place.</summary>
    public LinkedListNode<TailedExecution> Stand => field ??= new LinkedListNode<TailedExecution>(this);

    /// <summary>Gets or sets how far its log is said to be, since it got its place: it is looked at once more where that is further.</summary>
    public long NewsSeq { get; set; }

    /// <summary>Gets or sets how often it was not there when it was asked for.</summary>
    public int Misses { get; set; }

    /// <summary>Gets or sets when something of it was read last, as the clock's timestamp.</summary>
    public long ReadAt { get; set; }

    /// <summary>Gets or sets what takes its place away; <see langword="null"/> while it has none.</summary>
    public CancellationTokenSource? Turn { get; set; }

    /// <summary>Takes in the next event.</summary>
    /// <returns>Whether it is new and wanted.</returns>
    public bool Take(ExecutionEvent e)
    {
        if (e.Seq <= Seq) return false;
        Seq = e.Seq;
        Status = e.Data switch
        {
            ExecutionCreated or ExecutionReopened => "queued",
            ExecutionStarted or ExecutionResumed or DebugResumed => "running",
            ExecutionPaused or DebugPaused => "paused",
            ExecutionCompleted => "completed",
            ExecutionFailed => "failed",
            ExecutionCancelled => "cancelled",
            _ => Status,
        };
        if (e.Data is ExecutionCreated created) Pipeline = created.PipelineId;
        return e.Time >= from;
    }
}
