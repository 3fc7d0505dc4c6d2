using System.Globalization;
using Sightglass.Core.Definitions;
using Sightglass.Core.Executions.Plans;
using Sightglass.Core.Expressions;
using Sightglass.Core.Stages;

namespace Sightglass.Core.Executions.Decisions;

/// <content>What a result leads to: success, another iteration, another attempt, or the end of the stage.</content>
internal sealed partial class ExecutionDecider
{
    private static readonly CommandAnswer Stale = new(false, "attempt_not_open", "The attempt is not open any more.");

    private CommandAnswer Finish(FinishAttempt c)
    {
        var s = state.Find(c.Stage);
        if (s is null || !s.InAttempt || s.Attempt != c.Attempt) return Stale;
        var stage = PlanOf(s);
        ready.Open--;
        switch (c.Result.Outcome)
        {
            case StageOutcome.Completed: Succeed(stage, s, c); break;
            case StageOutcome.Cancelled when state.Cancelling || finishing:
                Emit(s, new StageCancelled { Reason = StopReason, Duration = c.DurationMs }, c.Attempt, s.Iteration);
                EndOne(stage, s);
                break;
            case StageOutcome.Cancelled:
                Lose(stage, s, c with { Lost = true, Result = c.Result with { Error = new StageError(ErrorCodes.WorkerStopped, "The worker was stopped while the attempt ran.") } });
                break;
            default:
                if (c.Lost) Lose(stage, s, c);
                else FailAttempt(stage, s, c);
                break;
        }

        return CommandAnswer.Done;
    }

    private void Succeed(StagePlan stage, StageState s, FinishAttempt c)
    {
        var completed = new StageCompleted
        {
            Output = Payload.FromJson(c.Result.Output),
            Duration = c.DurationMs,
            Cost = c.Result.Cost,
            Tokens = c.Result.Tokens,
            Resources = c.Result.Resources,
        };
        Complete(stage, s, completed);
    }

    private void Complete(StagePlan stage, StageState s, StageCompleted completed)
    {
        if (stage.Until is not null && Repeats(stage, s, ref completed)) return;
        Emit(s, completed, s.Attempt, s.Iteration);
        EndOne(stage, s);
    }

    /// <summary>Tells whether a stage or an instance may begin another attempt or iteration.</summary>
    private bool GoesOn(StagePlan stage, StageState s)
    {
        if (state.Cancelling || finishing || (failing && !stage.HandlesFailure)) return false;
        return s.Index < 0 || plan.Definition.OnFailure == FailurePolicy.Continue || ready.FanOuts[stage.Index]!.Failed == 0;
    }

    /// <summary>Answers a repeated stage's iteration; true where the stage goes on or has failed by it.</summary>
    private bool Repeats(StagePlan stage, StageState s, ref StageCompleted completed)
    {
        // Spilled first: the condition may read a large output, and reads it by reference.
        completed = (StageCompleted)EventFit.Fit(completed, stored, values);
        var until = stage.Until!.Evaluate(scopes.ForOutput(s, completed.Output));
        StageError? error = null;
        if (until.IsError || until.Value.Kind != CelKind.Bool) error = ExpressionError("repeat.until", stage.Until.Text, until);
        else if (until.Value.AsBool) return false;
        else if (s.Iteration >= stage.Definition.Repeat!.MaxTimes)
            error = new StageError(ErrorCodes.RepeatExhausted, string.Create(CultureInfo.InvariantCulture, $"'{Bounded(stage.Until.Text)}' did not hold after {s.Iteration} iterations."));
        if (error is not null)
        {
            Emit(s, new StageFailed { Error = error, Output = completed.Output, Duration = completed.Duration, Cost = completed.Cost, Tokens = completed.Tokens, Resources = completed.Resources }, s.Attempt, s.Iteration);
            EndOne(stage, s);
            return true;
        }

        var goesOn = GoesOn(stage, s);
        var delay = goesOn ? stage.Definition.Repeat!.Delay?.Value ?? TimeSpan.Zero : TimeSpan.Zero;
        Emit(s, completed with { WillRepeat = true, RepeatAt = delay > TimeSpan.Zero ? now + delay : null }, s.Attempt, s.Iteration);
        if (!goesOn)
        {
            // The iteration counts, but the condition does not hold: the stage has not done its work.
            EmitEnd(s, new StageCancelled { Reason = StopReason });
            EndOne(stage, s);
            return true;
        }

        if (delay > TimeSpan.Zero) ready.Due(s.Key, now + delay);
        else Queue(stage, s);
        return true;
    }

    private void FailAttempt(StagePlan stage, StageState s, FinishAttempt c)
    {
        var retries = s.Tries < stage.Retry.MaxAttempts && c.Result.Error?.Code != ErrorCodes.ExpressionFailed && GoesOn(stage, s);
        var delay = retries ? RetryDelay(stage.Retry, s.Tries, c.Jitter) : TimeSpan.Zero;
        DateTimeOffset? at = retries ? now + delay : null;
        EmitFailure(s, c, lost: false, retries, at);
        AfterFailure(stage, s, retries, at);
    }

    private void Lose(StagePlan stage, StageState s, FinishAttempt c)
    {
        var died = c.Result.Error?.Code == ErrorCodes.WorkerDied;

        // Nobody measured what a dead worker did: it ended when its loss was found, at the latest.
        if (died && s.StartedAt is { } started) c = c with { DurationMs = Math.Round((now - started).TotalMilliseconds, 3) };
        var crashed = died && s.Crashes + 1 >= ExecutionLimits.MaxCrashes;
        var retries = stage.Definition.OnLost == LostPolicy.Retry && !crashed && s.Losses < ExecutionLimits.MaxLosses && GoesOn(stage, s);
        if (crashed)
            c = c with { Result = StageResult.Failed(ErrorCodes.WorkerCrashed, "The worker died three times in a row while it ran this stage.", c.Result.Error?.Message) };
        EmitFailure(s, c, lost: !crashed, retries, null);
        AfterFailure(stage, s, retries, null);
    }

    private void EmitFailure(StageState s, FinishAttempt c, bool lost, bool retries, DateTimeOffset? at) => Emit(s, new StageFailed
    {
        Error = BoundedError(c.Result.Error) ?? new StageError(ErrorCodes.InternalError, "The stage failed without saying why."),
        Output = c.Result.Output.IsEmpty ? null : Payload.FromJson(c.Result.Output),
        Duration = c.DurationMs,
        Cost = c.Result.Cost,
        Tokens = c.Result.Tokens,
        Resources = c.Result.Resources,
        WillRetry = retries,
        RetryAt = at,
        Lost = lost,
    }, c.Attempt, s.Iteration);

    private void AfterFailure(StagePlan stage, StageState s, bool retries, DateTimeOffset? at)
    {
        if (!retries) EndOne(stage, s);
        else if (at is { } due && due > now) ready.Due(s.Key, due);
        else Queue(stage, s);
    }

    /// <summary>Exponential, bounded, and between half and all of it, so that many failures do not come back together.</summary>
    private static TimeSpan RetryDelay(RetryDefinition retry, int tries, double jitter)
    {
        // The power may be infinite, and no delay times that is not a number.
        var full = Math.Min(retry.MaxDelay.Value.TotalMilliseconds, retry.Delay.Value.TotalMilliseconds * Math.Min(1e9, Math.Pow(retry.Backoff, tries - 1)));
        return TimeSpan.FromMilliseconds(Math.Round(full * (0.5 + (0.5 * jitter))));
    }

    private CommandAnswer Finish(FinishChild c)
    {
        var s = state.Find(c.Stage);
        if (s is null || !s.InAttempt || s.Attempt != c.Attempt) return Stale;
        var duration = (now - (s.StartedAt ?? now)).TotalMilliseconds;
        var result = c.Status switch
        {
            ExecutionStatus.Completed => StageResult.Completed(),
            ExecutionStatus.Cancelled when state.Cancelling || finishing => StageResult.Cancelled(),
            ExecutionStatus.Cancelled => StageResult.Failed(ErrorCodes.ChildCancelled, "The child execution was cancelled" + (c.Error is null ? "." : ": " + c.Error.Message)),
            _ => StageResult.Failed(ErrorCodes.ChildFailed, "The child execution failed: " + (c.Error?.Message ?? "no reason given"), c.Error?.Code),
        };
        if (result.Outcome != StageOutcome.Completed) return Finish(new FinishAttempt(c.Now, c.Stage, c.Attempt, result, duration, c.Jitter));
        ready.Open--;
        Complete(PlanOf(s), s, new StageCompleted { Output = c.Output, Duration = duration });
        return CommandAnswer.Done;
    }

    private CommandAnswer Finish(FinishUndo c)
    {
        var s = state.Find(c.Stage);
        if (s is null || s.Undo != "running" || s.Attempt != c.Attempt) return Stale;
        ready.Open--;
        if (c.Result.Outcome == StageOutcome.Completed) Emit(s, new StageUndoCompleted { Duration = c.DurationMs }, s.Attempt, s.Iteration);
        else Emit(s, new StageUndoFailed { Error = BoundedError(c.Result.Error) ?? new StageError("cancelled", "The undo was stopped."), Duration = c.DurationMs }, s.Attempt, s.Iteration);
        return CommandAnswer.Done;
    }

    /// <summary>Ends a stage of the plan or an instance.</summary>
    private void EndOne(StagePlan stage, StageState s)
    {
        if (s.Index < 0)
        {
            Ended(stage, s);
            return;
        }

        var fan = ready.FanOuts[stage.Index]!;
        fan.Active--;
        fan.Unended--;
        if (s.Status == StageStatus.Failed) fan.Failed++;
        var parent = StageOf(stage);
        if (s.Status == StageStatus.Failed && plan.Definition.OnFailure != FailurePolicy.Continue) SkipRestOf(stage, fan);
        else QueueInstances(stage, parent);
        EndFanOut(stage, parent);
    }

    private void EndUnstarted(StagePlan stage, StageState s, StageError error)
    {
        Emit(s, new StageFailed { Error = BoundedError(error) });
        EndOne(stage, s);
    }

    private static StageError? BoundedError(StageError? error) =>
        error is null ? null : error with { Message = Bounded(error.Message)!, Detail = Bounded(error.Detail) };
}
