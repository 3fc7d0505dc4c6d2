namespace Sightglass.Core.Scheduling;

/// <content>Whose thread the actor works on. A stage that follows another begins on the thread that committed its start,
/// without a hop through the pool: waking a thread costs as much as the whole turn.</content>
internal partial class ExecutionActor
{
    private const double BriefMs = 0.1;

    [ThreadStatic]
    private static ExecutionActor? _host;

    // Attempts that wait for a thread of the pool; changed by anyone.
    private int _queued;

    // Whether the attempt that ended last took no time to speak of; written by anyone.
    private volatile bool _brief;

    // Owned by the drain: whether it keeps an attempt for its own thread, and the one it keeps.
    private bool _keepsOne;
    private RunningAttempt? _kept;

    protected enum Drainer
    {
        /// <summary>The thread that posts.</summary>
        Caller,

        /// <summary>The thread that posts, which nobody waits for.</summary>
        Free,

        /// <summary>The work item that runs the attempt which posts, once that has returned.</summary>
        Host,

        /// <summary>A work item of its own.</summary>
        Pool,
    }

    /// <summary>Runs an attempt, and then the actor, on a thread of the pool that nobody else waits for.</summary>
    public void Host(RunningAttempt attempt)
    {
        Interlocked.Decrement(ref _queued);
        RunHere(attempt);
        if (TakeDrain()) _ = DrainAsync(hosted: true);
    }

    /// <summary>Puts a message into the mailbox, and lets the drain begin where none is at work.</summary>
    protected virtual void Post(ActorMessage message, Drainer drainer = Drainer.Caller)
    {
        lock (_gate)
        {
            _mail.Add(message);
            if (_draining || drainer == Drainer.Host) return;
            _draining = true;
        }

        if (drainer is Drainer.Caller or Drainer.Free) _ = DrainAsync(hosted: drainer == Drainer.Free);
        else DrainLater();
    }

    private void DrainLater() => Parts.Queue(static actor => _ = actor.DrainAsync(hosted: true, waited: true), this);

    private void Begin(RunningAttempt attempt)
    {
        if (_keepsOne && _kept is null)
        {
            _kept = attempt;
            return;
        }

        BeginLater(attempt);
    }

    private void BeginLater(RunningAttempt attempt)
    {
        Interlocked.Increment(ref _queued);
        _services.Run(this, attempt);
    }

    /// <summary>Takes turns until there is no mail.</summary>
    /// <param name="hosted">Whether the thread is the pool's and nobody's else, so that a stage may run on it.</param>
    /// <param name="waited">Whether attempts that wait for a thread were let go first.</param>
    private async Task DrainAsync(bool hosted, bool waited = false)
    {
        _keepsOne = hosted;
        for (var round = 0; ; round++)
        {
            RunningAttempt? kept;

            // A busy execution must not keep the thread of whoever posted first. And where attempts that were handed out
            // together take no time, those that wait for a thread go first: their results share this turn's commit.
            if (round == EngineLimits.MaxRounds || (hosted && !waited && _brief && Volatile.Read(ref _queued) > 0))
            {
                (kept, _kept) = (_kept, null);
                DrainLater();
            }
            else if (TakeMail(out kept))
            {
                if (kept is not null) BeginLater(kept);
                await TurnAsync().ConfigureAwait(false);
                waited = false;
                continue;
            }

            // From here on others may drain; what they leave is taken up again after the attempt.
            if (kept is null) return;
            RunHere(kept);
            if (!TakeDrain()) return;
            _keepsOne = hosted = true;
            round = 0;
        }
    }

    /// <summary>Takes the mail, or gives the drain up where there is none.</summary>
    /// <param name="kept">The attempt that was kept for this thread.</param>
    /// <returns>Whether there was mail.</returns>
    private bool TakeMail(out RunningAttempt? kept)
    {
        lock (_gate)
        {
            (kept, _kept) = (_kept, null);
            if (_mail.Count == 0)
            {
                _draining = false;
                return false;
            }

            (_mail, _taken) = (_taken, _mail);
            return true;
        }
    }

    private void RunHere(RunningAttempt attempt)
    {
        var outer = _host;
        _host = this;
        _services.RunHere(this, attempt);
        _host = outer;
    }

    private bool TakeDrain()
    {
        lock (_gate)
        {
            if (_draining || _mail.Count == 0) return false;
            return _draining = true;
        }
    }
}
