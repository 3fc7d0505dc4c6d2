using Sightglass.Cli.Client;
using Sightglass.Core.Executions;

namespace Sightglass.Cli.LiveView;

/// <summary>What a view shows: the fold of the log, and of what streams only its end.</summary>
internal sealed class ExecutionModel
{
    private readonly Dictionary<string, StageTail> _tails = new(StringComparer.Ordinal);

    public ExecutionState State { get; } = new();

    /// <summary>Gets the end of a stage's stream; <see langword="null"/> where it has written nothing.</summary>
    public StageTail? TailOf(string key) => _tails.GetValueOrDefault(key);

    /// <summary>Applies the next event of the log.</summary>
    public async ValueTask ApplyAsync(ExecutionEvent e, IExecutionSource source, CancellationToken cancellationToken)
    {
        State.Apply(e);
        switch (e.Data)
        {
            case ExecutionCreated { Plan.IsInline: false } created:
                State.ApplyPlan((await source.ReadPlanAsync(e.ExecutionId, created.Plan, cancellationToken).ConfigureAwait(false)).Span);
                break;
            case StageOutputWritten data when e.Stage is not null: Tail(e.Stage).Write(data.Text, data.Stream); break;
            case StageLogged data when e.Stage is not null: Tail(e.Stage).AddLine(data.Message); break;
            case StageProgressed data when e.Stage is not null: Tail(e.Stage).Progress = (Math.Clamp(data.Fraction, 0, 1), data.Message); break;
            case StageStarted when e.Stage is not null: _tails.Remove(e.Stage); break;
        }
    }

    private StageTail Tail(string key)
    {
        if (!_tails.TryGetValue(key, out var tail)) _tails[key] = tail = new StageTail();
        return tail;
    }
}
