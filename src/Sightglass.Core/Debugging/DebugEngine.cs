using System.Collections.Immutable;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Scheduling;

namespace Sightglass.Core.Debugging;

/// <summary>
/// A view of an engine that runs executions from stop to stop. It keeps nothing of them: where they stand is in their logs, so
/// that another view, or another process after a restart, goes on with them. The engine stays its owner's to dispose of.
/// </summary>
/// <remarks>Safe for concurrent use; one execution is followed by one caller at a time.</remarks>
public sealed class DebugEngine
{
    private const string Me = "debugger";

    private readonly PipelineEngine _engine;

    // What was said of each stage last: a breakpoint that was taken away is taken away of what stands stopped, too.
    private ImmutableSortedDictionary<string, bool> _breakpoints = ImmutableSortedDictionary.Create<string, bool>(StringComparer.Ordinal);

    internal DebugEngine(PipelineEngine engine, bool isDebugging)
    {
        _engine = engine;
        IsDebugging = isDebugging;
    }

    /// <summary>Gets whether executions stop at breakpoints.</summary>
    public bool IsDebugging { get; }

    /// <summary>Gets the ids of the stages before whose attempts executions stop.</summary>
    public IReadOnlyCollection<string> Breakpoints => [.. _breakpoints.Where(b => b.Value).Select(b => b.Key)];

    /// <summary>Gets or sets what is asked at each stop what to do. It is called on the thread that follows the log; an
    /// exception of it ends the wait and leaves the execution stopped.</summary>
    /// <value>Nothing: every stop gives control back.</value>
    public Func<BreakpointHit, DebugAction>? OnBreakpoint { get; set; }

    /// <summary>Gets or sets what is told what stages print: the stage's key and the text.</summary>
    /// <value>Nothing.</value>
    public Action<string, string>? OnStageOutput { get; set; }

    /// <summary>Stops executions before each attempt of a stage, from their start or their next <see cref="ContinueAsync"/> or
    /// <see cref="StepAsync"/> on.</summary>
    /// <param name="stage">The stage's id. One that a pipeline does not have is told by the result of its start.</param>
    public void SetBreakpoint(string stage)
    {
        ArgumentException.ThrowIfNullOrEmpty(stage);
        ImmutableInterlocked.Update(ref _breakpoints, static (all, s) => all.SetItem(s, true), stage);
    }

    /// <summary>Takes a breakpoint away.</summary>
    /// <param name="stage">The stage's id.</param>
    public void ClearBreakpoint(string stage)
    {
        ArgumentException.ThrowIfNullOrEmpty(stage);
        ImmutableInterlocked.Update(ref _breakpoints, static (all, s) => all.SetItem(s, false), stage);
    }

    /// <summary>Runs the engine's own pipeline to its end or to the first stop.</summary>
    /// <param name="input">As of <see cref="PipelineEngine.ExecuteAsync(object?, Action{string, string}?, CancellationToken)"/>.</param>
    /// <param name="cancellationToken">Ends the wait; the execution stays as it is.</param>
    /// <exception cref="InvalidOperationException">The engine's options name no pipeline.</exception>
    public Task<ExecutionResult> ExecuteAsync(object? input, CancellationToken cancellationToken = default) => ExecuteAsync(_engine.RequestFor(input), cancellationToken);

    /// <summary>Runs a pipeline to its end or to the first stop.</summary>
    /// <param name="request">What to run; its own breakpoints hold beside those of the view, unless that does not debug.</param>
    /// <param name="cancellationToken">Ends the wait; the execution stays as it is.</param>
    public async Task<ExecutionResult> ExecuteAsync(StartRequest request, CancellationToken cancellationToken = default)
    {
        var started = await _engine.StartAsync(request with { Breakpoints = IsDebugging ? [.. Breakpoints.Union(request.Breakpoints)] : [] }).ConfigureAwait(false);
        return started.ExecutionId is { } id ? await RunOnAsync(id, 0, cancellationToken).ConfigureAwait(false) : ExecutionResult.Refused(started.Problems);
    }

    /// <summary>Lets a stopped execution go on to its end or to the next breakpoint.</summary>
    /// <returns>How it stands then; problems where it does not stand stopped.</returns>
    public Task<ExecutionResult> ContinueAsync(Guid id, CancellationToken cancellationToken = default) => GoOnAsync(id, DebugAction.Continue, cancellationToken);

    /// <summary>Lets the stopped stage start, and goes on to the end or until another stage would start.</summary>
    /// <returns>How it stands then; problems where it does not stand stopped.</returns>
    public Task<ExecutionResult> StepAsync(Guid id, CancellationToken cancellationToken = default) => GoOnAsync(id, DebugAction.Step, cancellationToken);

    private async Task<ExecutionResult> GoOnAsync(Guid id, DebugAction action, CancellationToken cancellationToken)
    {
        var stop = await _engine.ReadStateAsync(id, s => s.Stop).ConfigureAwait(false);
        var answer = stop is null ? new CommandAnswer(false, "not_stopped", "It does not stand at a breakpoint.") : await LetGoAsync(id, action).ConfigureAwait(false);
        if (answer.Accepted) return await RunOnAsync(id, stop!.Seq, cancellationToken).ConfigureAwait(false);
        Problem[] problems = [new(answer.Code, ProblemSeverity.Error, answer.Message, null, "", 0, 0, "")];
        if (await _engine.ReadStateAsync(id, s => s.Id).ConfigureAwait(false) == default) return ExecutionResult.Refused(problems);
        return await _engine.ResultAsync(id).ConfigureAwait(false) with { Problems = problems };
    }

    /// <summary>Follows an execution until it has ended, or stands at a stop that nobody lets it go on from.</summary>
    private async Task<ExecutionResult> RunOnAsync(Guid id, long after, CancellationToken cancellationToken)
    {
        while (await _engine.FollowAsync(id, after, OnStageOutput, untilStop: true, cancellationToken).ConfigureAwait(false) is { } e)
        {
            after = e.Seq;
            var hit = new BreakpointHit(id, e.Stage!, ((DebugPaused)e.Data).Reason == "step");

            // Somebody else may have let it go on meanwhile; then it is followed as before.
            var action = OnBreakpoint?.Invoke(hit) ?? DebugAction.Stop;
            if (await _engine.ReadStateAsync(id, s => s.Stop?.Seq).ConfigureAwait(false) != e.Seq) continue;
            if (action == DebugAction.Stop) break;
            await LetGoAsync(id, action).ConfigureAwait(false);
        }

        return await _engine.ResultAsync(id).ConfigureAwait(false);
    }

    private async Task<CommandAnswer> LetGoAsync(Guid id, DebugAction action)
    {
        var set = await _engine.ReadStateAsync(id, s => s.Breakpoints).ConfigureAwait(false);
        foreach (var (stage, isWanted) in _breakpoints)
        {
            if (!IsDebugging || set is null || set.Contains(stage) == isWanted) continue;
            if (isWanted) await _engine.SetBreakpointAsync(id, stage, Me).ConfigureAwait(false);
            else await _engine.ClearBreakpointAsync(id, stage, Me).ConfigureAwait(false);
        }

        return action == DebugAction.Step ? await _engine.StepAsync(id, Me).ConfigureAwait(false) : await _engine.ResumeAsync(id, Me).ConfigureAwait(false);
    }
}
