using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>What a view shows: the fold of the log, and of what streams only its end. Whoever reads it from another
/// thread than the one that applies events holds <see cref="Gate"/>.</summary>
internal sealed class ExecutionModel
{
    private readonly Dictionary<string, StageTail> _tails = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ApprovalRequested> _approvals = new(StringComparer.Ordinal);

    public Lock Gate { get; } = new();

    public ExecutionState State { get; } = new();

    /// <summary>Gets the end of a stage's stream; <see langword="null"/> where it has written nothing.</summary>
    public StageTail? TailOf(string key) => _tails.GetValueOrDefault(key);

    /// <summary>Gets the open question of a stage; <see langword="null"/> where there is none.</summary>
    public ApprovalRequested? ApprovalOf(string key) => _approvals.GetValueOrDefault(key);

    /// <summary>Applies the next event of the log.</summary>
    /// <param name="e">The event.</param>
    /// <param name="plan">The plan, where the event only refers to it.</param>
    public void Apply(ExecutionEvent e, ReadOnlyMemory<byte> plan)
    {
        lock (Gate)
        {
            State.Apply(e);
            if (!plan.IsEmpty) State.ApplyPlan(plan.Span);
            if (e.Stage is not null) ApplyStage(e.Stage, e.Data);
        }
    }

    private void ApplyStage(string stage, EventData data)
    {
        switch (data)
        {
            case StageOutputWritten chunk: Tail(stage).Write(chunk.Text, chunk.Stream); break;
            case StageLogged { Level: not "debug" } log: Tail(stage).AddLine(log.Message); break;
            case StageProgressed progress: Tail(stage).Progress = (Math.Clamp(progress.Fraction, 0, 1), progress.Message); break;
            case ApprovalRequested asked: _approvals[stage] = asked; break;
            case StageStarted:
                _tails.Remove(stage);
                _approvals.Remove(stage);
                break;
            case ApprovalGranted or ApprovalRejected or ApprovalWithdrawn or StageQueued or StageExpanded or StageCompleted or StageFailed or StageSkipped or StageCancelled:
                _approvals.Remove(stage);
                break;
        }

        // The instances of a wide fan-out are many and their streams are not shown once they have ended.
        if (data is StageCompleted or StageSkipped or StageCancelled && stage.EndsWith(']')) _tails.Remove(stage);
    }

    private StageTail Tail(string key)
    {
        if (!_tails.TryGetValue(key, out var tail)) _tails[key] = tail = new StageTail();
        return tail;
    }
}
