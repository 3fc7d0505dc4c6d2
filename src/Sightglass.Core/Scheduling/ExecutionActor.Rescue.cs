using Sightglass.Core.Executions.Decisions;

namespace Sightglass.Core.Scheduling;

/// <content>What is left to do when a turn ends by an exception that nothing was there for.</content>
internal partial class ExecutionActor
{
    /// <summary>Parks the execution. Whoever waits for an answer gets one and slots go back: nobody but the drain would do
    /// either, and others are waiting for both.</summary>
    private void Rescue(Exception e)
    {
        var reason = Park(e);
        foreach (var (asked, _) in _pending.Answers) asked.TrySetResult(ParkedAnswer());
        foreach (var query in _pending.Queries) query.Fail(new InvalidOperationException(ParkedAnswer().Message));
        foreach (var output in _pending.Outputs) output.Close();

        // Effects come after their commit: an attempt that did not get that far has a slot and nobody who runs it.
        foreach (var start in _pending.Effects.OfType<StartAttempt>())
        {
            if (!_running.TryGetValue((start.Stage, start.IsUndo), out var attempt) || !ReferenceEquals(attempt.Start, start)) _inHand++;
        }

        // From the message on whose turn it was; what it had got to is not known, so it is answered like the rest.
        for (; _at < _taken.Count; _at++) Refuse(_taken[_at]);
        _taken.Clear();
        _pending.Clear();
        foreach (var attempt in _running.Values) attempt.Stop();
        ReturnSlots();
        _services.Slots.Leave(this);
        _services.Schedule(this, null);
        _standsStill.TrySetResult(reason);
    }

    private void Refuse(ActorMessage message)
    {
        switch (message)
        {
            case CommandMessage command:
                command.Answer?.TrySetResult(ParkedAnswer());
                break;
            case QueryMessage query:
                query.Fail(new InvalidOperationException(ParkedAnswer().Message));
                break;
            case ReportsMessage reports:
                reports.Output.Close();
                break;
            case FinishedMessage finished:
                // The one that was being taken has given its slot back to the turn already.
                if (_running.TryGetValue((finished.Attempt.Start.Stage, finished.Attempt.Start.IsUndo), out var known) && ReferenceEquals(known, finished.Attempt)) _inHand++;
                Forget(finished.Attempt);
                finished.Attempt.Dispose();
                finished.Output?.Close();
                break;
            case GrantMessage:
                _inHand++;
                break;
        }
    }

    private CommandAnswer ParkedAnswer() => new(false, "parked", $"The execution is parked: {_parked?.Message}");
}
