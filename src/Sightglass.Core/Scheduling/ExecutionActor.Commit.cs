using Sightglass.Core.Executions;
using Sightglass.Core.Executions.Decisions;
using Sightglass.Core.Ports;

namespace Sightglass.Core.Scheduling;

/// <content>Hand-out, commit, and what follows from a commit.</content>
internal partial class ExecutionActor
{
    private async Task HandOutSafelyAsync()
    {
        while (true)
        {
            try
            {
                HandOut();
                return;
            }
            catch (ValueNeededException needed)
            {
                if (await FlushUnmovedAsync().ConfigureAwait(false)) await ReloadAsync(needed.Reference).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                await ParkAsync(e, null).ConfigureAwait(false);
                ReturnSlots();
                return;
            }
        }
    }

    /// <summary>Hands ready stages out as long as there are slots; asks for more where there are none.</summary>
    private void HandOut()
    {
        var slots = _services.Slots;
        while (_parked is null && !_services.Stopping && _decider.TopLane is { } lane)
        {
            if (_services.Holds(this)) break;
            if (_inHand > 0)
            {
                _inHand--;
                var granted = _granted > 0;
                if (granted) _granted--;
                if (!slots.TryKeep(this, lane, granted))
                {
                    slots.Wait(this, lane);
                    break;
                }
            }
            else if (!slots.TryTake(this, lane))
            {
                slots.Wait(this, lane);
                break;
            }

            Decision decision;
            try
            {
                decision = Decide(new HandOut(Now(), _services.Worker));
            }
            catch
            {
                _inHand++;
                throw;
            }

            _pending.Add(decision);
            if (!decision.Effects.Any(e => e is StartAttempt)) _inHand++;
        }

        ReturnSlots();
    }

    /// <summary>Folds the log again with a stored value at hand; tries until the store is back, as a commit does.</summary>
    private async Task ReloadAsync(string reference)
    {
        while (true)
        {
            try
            {
                _decider = await _services.ReloadAsync(this, reference).ConfigureAwait(false);
                return;
            }
            catch (IOException e)
            {
                _services.StoreFailed(Id, e);
            }
            catch (Exception e)
            {
                await ParkAsync(e, null).ConfigureAwait(false);
                return;
            }

            if (await WaitForStoreAsync().ConfigureAwait(false)) continue;
            LetGo(AppendStatus.Unknown);
            return;
        }
    }

    private void ReturnSlots()
    {
        _granted = 0;
        for (; _inHand > 0; _inHand--) _services.Slots.Release();
    }

    /// <summary>Appends what is pending.</summary>
    /// <param name="summary">The row as it stands after it; null where only reports are pending.</param>
    /// <param name="patient">Whether it goes on trying while the store is away. A creation does not: nothing is lost by
    /// telling whoever asked.</param>
    private async Task<AppendStatus> CommitAsync(ExecutionSummary? summary, bool patient = true)
    {
        var ended = summary?.Status.IsTerminal() == true;
        var append = _pending.Build(Id, _epoch, summary);
        for (var tried = false; ; tried = true)
        {
            try
            {
                var outcome = await _services.Store.AppendAsync(append).ConfigureAwait(false);
                _services.StoreCommitted();
                if (outcome.Status == AppendStatus.Appended) Publish(append, outcome.Position, ended);
                if (!tried || outcome.Status != AppendStatus.Conflict) return outcome.Status;
                break;
            }
            catch (Exception e)
            {
                // Never thrown on: nobody waits for the drain, and an execution whose drain ended so would never answer again.
                _services.StoreFailed(Id, e);
                if (!patient) CreationError = e as StoreUnavailableException;
            }

            if (!patient) return await IsInLogAsync(append, ended).ConfigureAwait(false) == true ? AppendStatus.Appended : AppendStatus.Unknown;

            // Nothing is lost while the store is away: the same bytes are tried until it is back. Whoever was fenced meanwhile
            // hears it then, and does not act on what another owner has answered for.
            if (!await WaitForStoreAsync().ConfigureAwait(false)) return AppendStatus.Unknown;
        }

        // They conflict with themselves if they are in the log already and only the answer was lost.
        while (true)
        {
            if (await IsInLogAsync(append, ended).ConfigureAwait(false) is { } isThere) return isThere ? AppendStatus.Appended : AppendStatus.Conflict;
            if (!await WaitForStoreAsync().ConfigureAwait(false)) return AppendStatus.Unknown;
        }
    }

    /// <summary>Gives the store time to come back; false where nobody waits for it any more.</summary>
    private async Task<bool> WaitForStoreAsync()
    {
        await Parts.DelayAsync(EngineLimits.StoreRetry, _services.Time, _services.Abandoned).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_services.Abandoned.IsCancellationRequested;
    }

    /// <summary>Writes records that came without any event: of a command that was answered and changed nothing.</summary>
    private async Task<AppendStatus> CommitRecordsAsync()
    {
        try
        {
            if (_pending.Records.Count > 0) await _services.Records!.WriteAsync(_pending.Records).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Nothing had an effect that could be had twice.
            _services.StoreFailed(Id, e);
        }

        return AppendStatus.Appended;
    }

    /// <summary>Gives the answer to a request that was made before, perhaps in this very turn.</summary>
    private async Task<CommandAnswer?> RecallAsync(RememberedRequest request)
    {
        try
        {
            var pending = _pending.Records.FirstOrDefault(r => r.Key == request.Key);
            var record = pending?.Bytes ?? (await _services.Records!.GetAsync(request.Key).ConfigureAwait(false))?.Bytes;
            return record is { } bytes ? request.Read(bytes).Answer : null;
        }
        catch (Exception e)
        {
            // Not known to be the first: it must not have an effect.
            _services.StoreFailed(Id, e);
            return new CommandAnswer(false, "store_unavailable", "The store could not tell whether this was asked before; try again.");
        }
    }

    /// <summary>Tells whether what was tried is in the log; null where the store does not say.</summary>
    private async Task<bool?> IsInLogAsync(Append append, bool ended)
    {
        try
        {
            var page = await _services.Store.ReadAsync(Id, append.ExpectedLast, BlockFilter.All, 1).ConfigureAwait(false);
            var expected = append.Blocks[0];
            if (page.Blocks.Count == 0 || page.Blocks[0].FirstSeq != expected.FirstSeq || !page.Blocks[0].Bytes.Span.SequenceEqual(expected.Bytes.Span)) return false;
            Publish(append, page.Blocks[0].Position, ended);
            return true;
        }
        catch (Exception e)
        {
            _services.StoreFailed(Id, e);
            return null;
        }
    }

    private void Publish(Append append, long lastPosition, bool ended)
    {
        var blocks = new EventBlock[append.Blocks.Count];
        for (var i = 0; i < blocks.Length; i++)
        {
            var block = append.Blocks[i];
            blocks[i] = new EventBlock(lastPosition - (blocks.Length - 1 - i), Id, block.Kind, block.FirstSeq, block.Count, block.Bytes);
        }

        _services.Feed.Publish(blocks, ended, append.Summary);
        _services.Webhooks?.Committed(Id, lastPosition);
    }

    private void AfterCommit(ExecutionSummary? summary)
    {
        _input = null;
        if (_pending.Decisions.Count > 0) _services.Metrics.Observe(Id, _decider.State.Created.PipelineId, Plan.Edges, _pending.Decisions);
        foreach (var effect in _pending.Effects) Do(effect);
        foreach (var output in _pending.Outputs) output.Committed();
        if (summary is not null) NoteEnd(summary.Status);
        foreach (var (asked, answer) in _pending.Answers) asked.TrySetResult(answer);
        foreach (var query in _pending.Queries)
        {
            if (_parked is not null)
            {
                // What was decided last will not be in the log.
                query.Fail(new InvalidOperationException(_parked.Message));
                continue;
            }

            try
            {
                query.Read(_decider.State);
            }
            catch (Exception e)
            {
                query.Fail(e);
            }
        }
    }

    private void NoteEnd(ExecutionStatus status)
    {
        if (!status.IsTerminal())
        {
            if (!_ended.Task.IsCompleted) return;
            _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _services.Reopened(this);
            return;
        }

        // First, so that whoever takes it up meanwhile sees that it is to be forgotten.
        _ended.TrySetResult();
        _services.Slots.Leave(this);
        _services.ExecutionEnded(this, _decider.State);
    }

    private void Do(Effect effect)
    {
        switch (effect)
        {
            case StartAttempt start:
                var attempt = new RunningAttempt(start, Parts);
                _running[(start.Stage, start.IsUndo)] = attempt;
                Begin(attempt);
                break;
            case StopAttempt stop:
                if (_running.TryGetValue((stop.Stage, false), out var running)) running.Stop();
                if (_running.TryGetValue((stop.Stage, true), out var undoing)) undoing.Stop();
                break;
            case StartChild child:
                _services.StartChild(this, child);
                break;
            case CancelChild child:
                _services.CancelChild(child);
                break;
        }
    }

    /// <summary>Another owner has the execution, or nobody can write it any more: stop acting for it.</summary>
    private void LetGo(AppendStatus status)
    {
        _parked = new Stages.StageError("not_owner", status == AppendStatus.Fenced ? "Another process owns the execution now." : "The log could not be written.");
        foreach (var (asked, _) in _pending.Answers) asked.TrySetResult(new CommandAnswer(false, "not_owner", _parked.Message));
        foreach (var query in _pending.Queries) query.Fail(new InvalidOperationException(_parked.Message));
        foreach (var output in _pending.Outputs) output.Close();
        foreach (var attempt in _running.Values) attempt.Stop();
        foreach (var _ in _pending.Effects.OfType<StartAttempt>()) _services.Slots.Release();
        _services.Slots.Leave(this);
        _services.Metrics.Forget(Id);
        _services.Lost(this);
        _ended.TrySetResult();
    }

    private ExecutionSummary? CurrentSummary()
    {
        if (!_pending.HasDecisions) return null;
        var state = _decider.State;

        // The input does not change, and shortening it anew would cost every append.
        if (_inputPreview is null)
        {
            _input = TextExcerpt.Of(state.Created.Input, _pending.FindValue(state.Created.Input.Reference));
            _inputPreview = _input.Preview(ExecutionLimits.MaxInputPreviewChars);
        }

        return ExecutionSummary.Of(state, _decider.NextDue, _inputPreview, _input);
    }
}
