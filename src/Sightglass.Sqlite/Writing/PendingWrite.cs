using System.Threading.Tasks.Sources;
using Sightglass.Core.Ports;

namespace Sightglass.Sqlite.Writing;

/// <summary>An append, a write of records or a claim on its way into a commit, and the task of whoever waits for it. Reused.</summary>
internal sealed class PendingWrite(CommitLoop loop) : IValueTaskSource<AppendOutcome>
{
    // What a piece of upkeep counts as: it shares a commit, and leaves room in it.
    private const long JobBytes = 64 * 1024;

    // Continuations run on the pool: the committer's thread must not run its waiters' code.
    private ManualResetValueTaskSourceCore<AppendOutcome> _core = new() { RunContinuationsAsynchronously = true };

    // Set by the caller before the write is queued, read by the committer. The outcome of a claim carries the epoch in
    // Last, that of a write of records their version.
    public Append? Append { get; private set; }

    public IReadOnlyList<RecordWrite>? Records { get; private set; }

    public Func<AppendOutcome>? Job { get; private set; }

    public Guid ExecutionId { get; private set; }

    public long Size { get; private set; }

    public bool Urgent { get; private set; }

    // Owned by the loop's lock.
    public WriteState State { get; set; }

    public object? Line { get; set; }

    public PendingWrite? Previous { get; set; }

    public PendingWrite? Next { get; set; }

    // Owned by the caller until it has the result.
    public CancellationTokenRegistration Registration { get; set; }

    // Written by the committer before the result is given out.
    public AppendOutcome Outcome { get; set; }

    public short Version => _core.Version;

    public void Set(Guid executionId, Append? append, IReadOnlyList<RecordWrite>? records, Func<AppendOutcome>? job)
    {
        Job = job;
        ExecutionId = executionId;
        Append = append;
        Records = records;
        Size = append?.ByteCount ?? records?.Sum(write => (long)(write.Bytes?.Length ?? 0)) ?? (job is null ? 0 : JobBytes);
        Urgent = job is null && (append is null || HasDecision(append));
        State = WriteState.New;
    }

    /// <summary>Forgets the last use.</summary>
    public void Clear()
    {
        Append = null;
        Records = null;
        Job = null;
        Registration = default;
        _core.Reset();
    }

    public void Succeed() => _core.SetResult(Outcome);

    public void Cancel(CancellationToken cancellationToken) => loop.Cancel(this, cancellationToken);

    public void Fail(Exception error) => _core.SetException(error);

    AppendOutcome IValueTaskSource<AppendOutcome>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            // Waits for a cancellation that runs just now, so that it cannot hit the write's next use.
            Registration.Dispose();
            loop.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<AppendOutcome>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<AppendOutcome>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private static bool HasDecision(Append append)
    {
        for (var i = 0; i < append.Blocks.Count; i++)
            if (append.Blocks[i].Kind == BlockKind.Decision) return true;
        return false;
    }
}
